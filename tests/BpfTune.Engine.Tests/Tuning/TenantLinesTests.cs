using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class TenantLinesTests
{
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();

    [Fact]
    public void A_thousand_namespaces_of_a_tenant_are_a_few_lines_and_another_tenants_are_told_all_the_same()
    {
        var lines = new TenantLines(_time);
        Assert.Equal(TenantLines.Each, Enumerable.Range(0, 1000).Count(i => lines.MayTell(Of(1000, i), _log)));
        Assert.Contains("uid 1000", Assert.Single(_log.Of(LogLevel.Information)), StringComparison.Ordinal);
        Assert.True(lines.MayTell(Of(1001, 1), _log));
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(lines.MayTell(Sample.Blue, _log)));
        _time.Advance(TenantLines.EachInterval);
        Assert.True(lines.MayTell(Of(1000, 1), _log));
        Assert.False(lines.MayTell(Of(1000, 2), _log));
    }

    [Fact]
    public void All_tenants_together_have_an_end_too()
    {
        var lines = new TenantLines(_time);
        Assert.Equal(TenantLines.All, Enumerable.Range(1, 5000).Count(user => lines.MayTell(Of((uint)user, 1), _log)));
        Assert.True(lines.MayTell(Sample.Global, _log));
    }

    [Fact]
    public void Remembered_changes_of_a_tenant_push_out_nobody_elses()
    {
        var recent = new RecentChanges();
        for (var i = 0; i < 10; i++)
        {
            recent.Add(Change(Sample.Blue, i));
            recent.Add(Change(Sample.Others, i));
        }

        for (var i = 0; i < 10_000; i++)
            recent.Add(Change(Of(1000, i), i));
        Assert.Equal(10, recent.Latest.Count(c => c.Namespace == Sample.Blue));
        Assert.Equal(10, recent.Latest.Count(c => c.Namespace == Sample.Others));
        Assert.Equal(RecentChanges.EachTenant, recent.Latest.Count(c => c.Namespace.Owner == Of(1000, 1).Owner));
        Assert.Equal("9999", recent.Latest[0].New.Text);
        for (uint user = 2000; user < 3000; user++)
            recent.Add(Change(Of(user, 1), 1));
        Assert.Equal(10 + RecentChanges.Capacity, recent.Latest.Count);
        Assert.Equal(10, recent.Latest.Count(c => c.Namespace == Sample.Blue));
    }

    private static NetworkNamespace Of(uint user, int i) =>
        new(new NamespaceId((uint)i + 1, (ulong)i + 1), $"n{i}", false, NamespaceOwner.Tenant(user, 77));

    private static Change Change(NetworkNamespace where, int value) => new(
        DateTimeOffset.UnixEpoch, "t", Sample.Backlog, where, TunableValue.Of(0), TunableValue.Of(value), "s", "e");
}
