using BpfTune.Engine.Tests.Words;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Whose evidence moves what, through the one place where every tuner's proposals come by.</summary>
public sealed class EvidenceTests : IDisposable
{
    private static readonly Tunable Budget = new("net.core.netdev_budget", TunableScope.Machine, TunableUnit.Count, "budget")
    {
        IsAtOthersCost = true,
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly MemoryStore _store = new();
    private readonly Journal _journal;

    public EvidenceTests()
    {
        _journal = new Journal(_directory["journal.jsonl"], _time, _log, null, "boot");
        _store[Sample.Global, Sample.TcpMem] = "1 2 3";
        _store[Sample.Global, Budget] = "300";
        foreach (var place in (NetworkNamespace[])[Sample.Global, Sample.Blue, Sample.Theirs, Sample.TheirsToo, Sample.Others])
            _store[place, Sample.Backlog] = "128";
    }

    public void Dispose()
    {
        _journal.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_tenants_evidence_moves_its_own_namespace_and_nothing_else()
    {
        var applier = Applier(tenantsMoveMachine: false);
        var evidence = Evidence.Of(Sample.Theirs, Sample.Theirs.Owner, hasTenants: true);
        Assert.Equal(ProposalOutcome.Applied, applier.Propose("t", Backlog(Sample.Theirs), evidence));
        Assert.Equal(ProposalOutcome.NotTheirs, applier.Propose("t", Machine(), evidence));
        foreach (var place in (NetworkNamespace[])[Sample.Global, Sample.Blue, Sample.TheirsToo, Sample.Others])
        {
            Assert.Equal(ProposalOutcome.NotTheirs, applier.Propose("t", Backlog(place), evidence));
            Assert.Equal("128", _store[place, Sample.Backlog]);
        }

        Assert.Equal("1 2 3", _store[Sample.Global, Sample.TcpMem]);
        Assert.Equal(5, applier.CountsOf("t")[ProposalOutcome.NotTheirs]);
        Assert.Single(_log.Of(LogLevel.Information), line => line.Contains("tenants = yes", StringComparison.Ordinal));
    }

    [Fact]
    public void The_machines_own_evidence_moves_everything()
    {
        var applier = Applier(tenantsMoveMachine: false);
        foreach (var evidence in (Evidence[])[default, Evidence.Of(Sample.Global, NamespaceOwner.Machine, true), Evidence.Of(Sample.Blue, NamespaceOwner.Machine, true)])
            Assert.NotEqual(ProposalOutcome.NotTheirs, applier.Propose("t", Machine(), evidence));
        Assert.Equal("1 2 4", _store[Sample.Global, Sample.TcpMem]);
    }

    [Fact]
    public void Where_the_administrator_says_so_tenants_move_the_machine_but_take_no_time_from_others()
    {
        var applier = Applier(tenantsMoveMachine: true);
        var evidence = Evidence.Of(Sample.Theirs, Sample.Theirs.Owner, hasTenants: true);
        Assert.Equal(ProposalOutcome.Applied, applier.Propose("t", Machine(), evidence));
        Assert.Equal(ProposalOutcome.NotTheirs, applier.Propose("t", Sample.Propose(Budget, Sample.Global, "300", "375"), evidence));
        Assert.Equal(ProposalOutcome.NotTheirs, applier.Propose("t", Backlog(Sample.Others), evidence));
    }

    [Theory]
    [InlineData(true, ProposalOutcome.NotTheirs)]
    [InlineData(false, ProposalOutcome.Applied)]
    public void What_nobody_can_be_named_for_is_a_tenants_where_there_is_one(bool hasTenants, ProposalOutcome expected) => Assert.Equal(
        expected, Applier(false).Propose("t", Machine(), Evidence.Of(Sample.Global, NamespaceOwner.Unknown, hasTenants)));

    [Fact]
    public void The_header_makes_no_namespace_of_a_tenant_the_machines() =>
        Assert.True(Evidence.Of(Sample.Theirs, NamespaceOwner.Machine, hasTenants: false).IsTenants);

    [Fact]
    public void The_daemons_own_namespace_is_never_a_tenants()
    {
        var own = new NetworkNamespace(new NamespaceId(1, 1), "global", true, NamespaceOwner.Tenant(1000, 5));
        Assert.False(own.IsTenant);
    }

    private ChangeApplier Applier(bool tenantsMoveMachine)
    {
        var overrides = new OverrideRegistry(_journal, _ => _log);
        var timers = new ManualTimers(_time);
        var words = new WordWatch(
            new KnownValues(_journal, _time), overrides, _journal, _store, new FakeHints(_time), Sample.Global, timers.After, _time, _log);
        var changes = new ChangeLog(timers.After, _time, _ => _log);
        return new ChangeApplier(_journal, _store, overrides, words, changes, _time, timers.After, _ => _log, (_, _, _) => null, availablePages: () => 1_000_000)
        {
            TenantsMoveMachine = tenantsMoveMachine,
        };
    }

    private static Proposal Machine() => Sample.Propose(Sample.TcpMem, Sample.Global, "1 2 3", "1 2 4");

    private static Proposal Backlog(NetworkNamespace place) => Sample.Propose(Sample.Backlog, place, "128", "256");
}
