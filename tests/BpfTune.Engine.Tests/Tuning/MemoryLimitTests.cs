using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class MemoryLimitTests
{
    private const int Page = 4096;

    private static readonly Tunable Bytes = new("net.ipv4.x", TunableScope.Namespace, TunableUnit.Bytes, "bytes");
    private static readonly Tunable Requests = new("net.ipv4.y", TunableScope.Namespace, TunableUnit.Count, "requests") { BytesPerUnit = 100 };

    [Theory]
    [InlineData(1000, "100", "200", "200")]
    [InlineData(1000, "100", "5000000", "4096000")] // no more than is available
    [InlineData(0, "100", "200", null)] // memory is short
    [InlineData(1000, "5000000", "6000000", null)] // beyond it already: an administrator's
    [InlineData(0, "200", "100", "100")] // a cut needs none
    public void No_raise_passes_what_is_available(long pages, string current, string wanted, string? expected) =>
        Assert.Equal(expected, Clip(new MemoryLimit(() => pages, Page), Bytes, Sample.Global, current, wanted));

    [Fact]
    public void Each_member_is_held_by_itself() =>
        Assert.Equal("10 1000 9000", Clip(new MemoryLimit(() => 1000, Page), Sample.TcpMem, Sample.Global, "20 900 9000", "10 2000 9500"));

    [Fact]
    public void What_takes_no_memory_is_not_asked_about() =>
        Assert.Equal("256", Clip(new MemoryLimit(() => throw new InvalidOperationException(), Page), Sample.Backlog, Sample.Global, "128", "256"));

    [Fact]
    public void A_tenants_namespaces_share_what_is_the_tenants()
    {
        // 6,400 pages: 409,600 bytes for each tenant, eight times that for all.
        var limit = new MemoryLimit(() => 6400, Page);
        Assert.Equal("409700", Raise(limit, Bytes, Sample.Theirs, "100", "9999999"));
        Assert.Null(Raise(limit, Bytes, Sample.TheirsToo, "100", "9999999"));
        Assert.Null(Raise(limit, Requests, Sample.TheirsToo, "100", "9999999"));

        // Another tenant has as much, and the machine's own is not counted.
        Assert.Equal("4196", Raise(limit, Requests, Sample.Others, "100", "9999999"));
        Assert.Equal("9999999", Raise(limit, Bytes, Sample.Blue, "100", "9999999"));

        limit.Forget(Sample.Theirs.Id);
        Assert.Equal("409700", Raise(limit, Bytes, Sample.TheirsToo, "100", "9999999"));
    }

    [Fact]
    public void What_is_taken_back_is_free_again()
    {
        var limit = new MemoryLimit(() => 6400, Page);
        Assert.Equal("409700", Raise(limit, Bytes, Sample.Theirs, "100", "9999999"));
        Assert.Equal("100", Raise(limit, Bytes, Sample.Theirs, "409700", "100"));
        Assert.Equal("409700", Raise(limit, Bytes, Sample.TheirsToo, "100", "9999999"));
    }

    [Fact]
    public void All_tenants_together_have_an_eighth()
    {
        var limit = new MemoryLimit(() => 6400, Page);
        long sum = 0;
        for (uint user = 1; user <= 100; user++)
        {
            var place = new NetworkNamespace(new NamespaceId(user, user), "x", false, NamespaceOwner.Tenant(user, 1));
            if (Raise(limit, Bytes, place, "0", "9999999") is { } value)
                sum += TunableValue.Parse(value)[0];
        }

        Assert.Equal(6400L * Page / 8, sum);
    }

    private static string? Raise(MemoryLimit limit, Tunable tunable, NetworkNamespace where, string current, string wanted)
    {
        var value = Clip(limit, tunable, where, current, wanted);
        if (value is not null)
            limit.Record(tunable, where, TunableValue.Parse(current), TunableValue.Parse(value));
        return value;
    }

    private static string? Clip(MemoryLimit limit, Tunable tunable, NetworkNamespace where, string current, string wanted) =>
        limit.Clip(PolicyDecision.Write(TunableValue.Parse(wanted)), tunable, where, TunableValue.Parse(current)).Value?.Text;
}
