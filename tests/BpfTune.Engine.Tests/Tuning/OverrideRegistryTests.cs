using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class OverrideRegistryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private Journal _journal;
    private OverrideRegistry _overrides;

    public OverrideRegistryTests()
    {
        _journal = Open();
        _overrides = Make();
    }

    public void Dispose()
    {
        _journal.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void ATunerStopsInThatNamespaceAndOnlyThere()
    {
        var made = Assert.Single(Observe(Sample.Blue, "1 2 4"));
        Assert.Equal("pid 4242 (sysctl) set net.ipv4.tcp_rmem in namespace blue; tcp_buffer stops tuning it there", made.Sentence);
        Assert.Equal(made.Sentence, Assert.Single(_log.Of(LogLevel.Information)));
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Red));
        Assert.False(_overrides.IsOverridden("other", Sample.Blue));
    }

    [Fact]
    public void TheGlobalNamespaceIsNamedInWords() => Assert.Equal(
        "pid 4242 (sysctl) set net.ipv4.tcp_rmem in the global namespace; tcp_buffer stops tuning it there",
        Assert.Single(Observe(Sample.Global, "1 2 4")).Sentence);

    [Fact]
    public void ResumeUndoesItInOneNamespaceOrInAll()
    {
        Observe(Sample.Blue, "1 2 4");
        Observe(Sample.Red, "1 2 4");
        Assert.Equal("blue", Assert.Single(_overrides.Resume("tcp_buffer", Sample.Blue)).Namespace.Name);
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Red));
        Assert.Single(_overrides.Resume("tcp_buffer"));
        Assert.Empty(_overrides.All);
        Assert.Empty(_overrides.Resume("tcp_buffer"));
        Assert.Empty(_overrides.Resume("nobody"));
    }

    [Fact]
    public void ARestartRemembersAndResumeIsRememberedToo()
    {
        Observe(Sample.Blue, "1 2 4");
        Observe(Sample.Red, "1 2 4");
        _overrides.Resume("tcp_buffer", Sample.Red);
        Restart();
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Red));
        var kept = Assert.Single(_overrides.Of("tcp_buffer"));
        Assert.Equal((4242u, "sysctl", "1 2 3", "1 2 4"), (kept.Pid, kept.Command, kept.Old, kept.New));
        Assert.Equal(_time.GetUtcNow(), kept.Time);
    }

    [Fact]
    public void RepeatedWritesAreOneOverrideToldOnce()
    {
        Observe(Sample.Blue, "1 2 4");
        Observe(Sample.Blue, "1 2 5");
        Assert.Equal("1 2 5", Assert.Single(_overrides.All).New);
        Assert.Single(_log.Of(LogLevel.Information));
    }

    [Fact]
    public void AnUnloadedTunerIsNotConcernedAndItsOverridesWait()
    {
        Observe(Sample.Blue, "1 2 4");
        _overrides.Unmanage("tcp_buffer");
        Assert.Empty(Observe(Sample.Red, "1 2 4"));
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
    }

    [Fact]
    public void TwoTunersOfOneTunableBothStop()
    {
        _overrides.Manage("udp_buffer", [Sample.Rmem]);
        Assert.Equal(
            ["tcp_buffer", "udp_buffer"],
            Observe(Sample.Blue, "1 2 4").Select(o => o.Tuner));
    }

    [Fact]
    public void AGoneNamespaceTakesItsOverridesAlong()
    {
        Observe(Sample.Blue, "1 2 4");
        _overrides.NamespaceGone(Sample.Blue);
        Assert.Empty(_overrides.All);
    }

    [Fact]
    public void WhoWasSeenIsNotForgottenForOneWhoWasNot()
    {
        Observe(Sample.Blue, "1 2 4");
        _overrides.Stop(Sample.Rmem, Sample.Blue, 0, "", "", "1 2 4");
        Assert.Equal(4242u, Assert.Single(_overrides.All).Pid);
        _overrides.Stop(Sample.Rmem, Sample.Blue, 0, "", "", "1 2 5");
        Assert.Equal((0u, "1 2 5"), (Assert.Single(_overrides.All).Pid, _overrides.All[0].New));
        Assert.Single(_journal.State.Overrides);
    }

    [Fact]
    public void ManagersComeAndGo()
    {
        List<string> told = [];
        _overrides.Managed = t => told.Add("+" + t.Name);
        _overrides.Unmanaged = path => told.Add("-" + path);
        _overrides.Manage("udp_buffer", [Sample.Rmem, Sample.Backlog]);
        _overrides.Unmanage("tcp_buffer");
        _overrides.Unmanage("udp_buffer");
        Assert.Equal(["+net.ipv4.tcp_max_syn_backlog", "-net/ipv4/tcp_mem", "-net/ipv4/tcp_rmem", "-net/ipv4/tcp_max_syn_backlog"], told);
        Assert.Empty(_overrides.ManagedTunables);
        Assert.Null(_overrides.FindManaged("net/ipv4/tcp_rmem"));
    }

    [Fact]
    public void Ten_thousand_words_of_one_tenant_stop_his_namespaces_and_nobody_elses()
    {
        Observe(Sample.Blue, "1 2 4");
        Observe(Sample.Others, "1 2 4");
        for (var i = 0u; i < 10_000; i++)
            Observe(Theirs(i), "1 2 4");

        // As many as his share holds; whatever else he may have set is safe, since nothing of his is tuned any more.
        Assert.Equal(OverrideRegistry.EachTenants + 3, _overrides.All.Count);
        Assert.Equal(_overrides.All.Count, _journal.State.Overrides.Count);
        AssertHisAreStopped();
        Assert.Single(_log.Of(LogLevel.Information), line => line.Contains("all namespaces of uid 1000", StringComparison.Ordinal));
        Restart();
        AssertHisAreStopped();

        // What stands for all is lifted with all, and then there is room again.
        Assert.Equal(OverrideRegistry.EachTenants + 3, _overrides.Resume("tcp_buffer").Count);
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Theirs));
        Assert.False(Assert.Single(Observe(Sample.Theirs, "1 2 4")).IsOfAll);

        void AssertHisAreStopped()
        {
            Assert.True(_overrides.IsOverridden("tcp_buffer", Theirs(9_999)));
            Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Theirs));
            Assert.False(_overrides.IsOverridden("other", Sample.Theirs));
            Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Others));
            Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
            Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Red));
            Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Global));
            Assert.False(_overrides.IsOverridden("tcp_buffer", new NetworkNamespace(new NamespaceId(3, 3), "third", false, NamespaceOwner.Tenant(1002, 1))));
        }
    }

    [Fact]
    public void Words_of_thousands_of_tenants_stop_tenants_alone()
    {
        for (var i = 0u; i <= OverrideRegistry.Tenants; i++)
            Observe(new NetworkNamespace(new NamespaceId(1_000_000 + i, 1_000_000 + i), $"n{i}", false, NamespaceOwner.Tenant(1 + i, 1)), "1 2 4");
        Assert.Equal(OverrideRegistry.Tenants + 1, _overrides.All.Count);
        Assert.True(_overrides.IsOverridden("tcp_buffer", new NetworkNamespace(new NamespaceId(3, 3), "third", false, NamespaceOwner.Tenant(900_000, 1))));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Red));
        Assert.False(Assert.Single(Observe(Sample.Blue, "1 2 4")).IsOfAll);
        Assert.False(Assert.Single(Observe(Sample.Global, "1 2 4")).IsOfAll);
    }

    [Fact]
    public void Namespaces_that_have_ended_make_room_for_words()
    {
        for (var i = 0u; i < OverrideRegistry.EachTenants; i++)
            Observe(Theirs(i), "1 2 4");
        _overrides.NamespaceGone(Theirs(0));
        Assert.False(Assert.Single(Observe(Sample.Theirs, "1 2 4")).IsOfAll);
        Assert.True(Assert.Single(Observe(Sample.TheirsToo, "1 2 4")).IsOfAll);
    }

    private static NetworkNamespace Theirs(uint i) => new(new NamespaceId(1_000_000 + i, 1_000_000 + i), $"n{i}", false, NamespaceOwner.Tenant(1000, 5));

    private IReadOnlyList<AdministratorOverride> Observe(NetworkNamespace place, string written) =>
        _overrides.Stop(Sample.Rmem, place, 4242, "sysctl", "1 2 3", written);

    private void Restart()
    {
        _journal.Dispose();
        _journal = Open();
        _overrides = Make();
    }

    private Journal Open() => new(_directory["journal.jsonl"], _time, _log, null, "boot");

    private OverrideRegistry Make()
    {
        var made = new OverrideRegistry(_journal, _ => _log);
        made.Manage("tcp_buffer", [Sample.Rmem, Sample.TcpMem]);
        return made;
    }
}
