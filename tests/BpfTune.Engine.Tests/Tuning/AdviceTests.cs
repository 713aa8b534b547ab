using BpfTune.Engine.Control;
using BpfTune.Engine.Running;
using BpfTune.Engine.Tests.Words;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Modes, limits and advice where values are written.</summary>
public sealed class AdviceTests : IDisposable
{
    /// <summary>SHA-256 of tcp, net.ipv4.tcp_max_syn_backlog, nothing, blue and near_limit, by another program.</summary>
    private const string Id = "dc5f47aa";

    private static readonly Sourced<TuningMode> s_advise = new(TuningMode.Advise, "f:1");

    private readonly TemporaryDirectory _directory = new();
    private readonly WordHarness _daemon;
    private readonly IgnoredAdvice _ignored;
    private readonly AdviceOrders _orders;
    private AdviceBook _book = null!;
    private RuleGate _gate = null!;
    private long _lost;
    private long _kept;

    public AdviceTests()
    {
        _ignored = new IgnoredAdvice(_directory["state"], new ListLogger());
        _daemon = new WordHarness((time, log) =>
        {
            _book = new AdviceBook(time, _ => log, new TenantLines(time), _ignored);
            return _gate = new RuleGate(new TuningRules { Mode = s_advise }, _book);
        });
        _orders = new AdviceOrders(_gate, _book, _ignored, _daemon.Applier, _daemon.Changes);
    }

    public void Dispose()
    {
        _daemon.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void In_mode_off_nothing_is_even_looked_at()
    {
        _gate.Replace(new TuningRules { Mode = new(TuningMode.Off, "f:1") });

        Assert.Equal(ProposalOutcome.NotWanted, Propose("128", "256"));

        Assert.Equal(0, _daemon.Store.Visits);
        Assert.Empty(_book.Entries);
        Assert.Equal(1, _daemon.Applier.CountsOf("tcp")[ProposalOutcome.NotWanted]);
    }

    [Fact]
    public void In_mode_advise_nothing_is_written_and_it_is_said_once_with_an_id()
    {
        Assert.Equal(ProposalOutcome.Advised, Propose("128", "256"));
        _daemon.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(ProposalOutcome.Advised, Propose("128", "512"));

        Assert.Equal("128", _daemon.Store[Sample.Blue, Sample.Backlog]);
        Assert.Empty(Journal.ReadRecords(_daemon.Journal.Path));
        var (id, advice) = Assert.Single(_book.Entries);
        Assert.Equal(Id, id);
        Assert.Equal((2L, TimeSpan.FromMinutes(5), "128", "512"), (advice.Count, advice.Last - advice.First, advice.Old.Text, advice.New.Text));
        Assert.Equal(
            $"advice {Id}: net.ipv4.tcp_max_syn_backlog could be raised from 128 to 256 in namespace blue (near_limit): evidence of 256; 'bpftune apply {Id}' does it",
            Assert.Single(_daemon.Log.Of(LogLevel.Information)));
    }

    [Fact]
    public void What_is_advised_is_within_bounds_and_limits()
    {
        _daemon.Store[Sample.Blue, Sample.Rmem] = "4096 8192 100000";
        _gate.Replace(new TuningRules { Mode = s_advise, Tunables = [new(new("net.ipv4.*")) { Maximum = new(110_000, "f:2") }] });

        Assert.Equal(ProposalOutcome.Advised, _daemon.Applier.Propose("tcp", Sample.Propose(Sample.Rmem, Sample.Blue, "4096 8192 100000", "4096 8192 200000")));

        var (id, advice) = Assert.Single(_book.Entries);
        Assert.Equal("46767a2d", id);
        Assert.Equal(("max", "4096 8192 110000"), (advice.Subject.Member, advice.New.Text));

        // What a limit leaves no room for is no advice.
        _daemon.Store[Sample.Red, Sample.Rmem] = "4096 8192 110000";
        Assert.Equal(ProposalOutcome.NotWanted, _daemon.Applier.Propose("tcp", Sample.Propose(Sample.Rmem, Sample.Red, "4096 8192 110000", "4096 8192 200000")));
    }

    [Fact]
    public void An_id_does_not_depend_on_the_hosts_numbers()
    {
        var elsewhere = new NetworkNamespace(new NamespaceId(99, 99), "blue", false);
        var one = AdviceSubject.Of("tcp", Sample.Propose(Sample.Backlog, Sample.Blue, "1", "2"), TunableValue.Of(1), TunableValue.Of(2));
        var other = AdviceSubject.Of("tcp", Sample.Propose(Sample.Backlog, elsewhere, "5", "9"), TunableValue.Of(5), TunableValue.Of(9));

        Assert.Equal(Id, one.Id());
        Assert.Equal(one, other);
        Assert.Equal("min+max", AdviceSubject.Of("tcp", Sample.Propose(Sample.Rmem, Sample.Blue, "1 2 3", "2 2 4"), TunableValue.Of(1, 2, 3), TunableValue.Of(2, 2, 4)).Member);
        foreach (var changed in (AdviceSubject[])[one with { Tuner = "x" }, one with { Tunable = "x" }, one with { Member = "x" }, one with { Namespace = "x" }, one with { Scenario = "x" }])
            Assert.NotEqual(Id, changed.Id());
    }

    [Fact]
    public void Applied_it_is_a_change_as_any_other()
    {
        Propose("128", "256");

        var report = Assert.Single(_orders.Apply([Id.ToUpperInvariant()]));

        Assert.True(report.Done);
        Assert.Equal("net.ipv4.tcp_max_syn_backlog in namespace blue is set from '128' to '256'; 'bpftune rollback' puts it back", report.Text);
        Assert.Equal("256", _daemon.Store[Sample.Blue, Sample.Backlog]);
        Assert.Equal("128", _daemon.Journal.State.Find(Sample.Blue.Id, Sample.Backlog.Name)!.Original);
        Assert.Empty(_book.Entries);

        // What comes after it is advice again, and said again.
        Assert.Equal(ProposalOutcome.Advised, Propose("256", "512"));
        Assert.Equal(2, _daemon.Log.Of(LogLevel.Information).Count(line => line.StartsWith("advice ", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_id_that_is_not_known_does_nothing_at_all()
    {
        Propose("128", "256");

        var apply = Assert.Throws<ControlException>(() => _orders.Apply([Id, "00000000"]));
        var ignore = Assert.Throws<ControlException>(() => _orders.Ignore(["00000000", Id]));

        Assert.Equal("there is no advice '00000000'; 'bpftune advice' lists what there is", apply.Message);
        Assert.Equal((ControlError.BadRequest, apply.Message), (ignore.Error, ignore.Message));
        Assert.Equal("128", _daemon.Store[Sample.Blue, Sample.Backlog]);
        Assert.Empty(_ignored.Subjects);
    }

    [Fact]
    public void What_is_another_value_now_or_was_set_by_hand_or_is_not_wanted_is_not_applied()
    {
        Propose("128", "256");
        _gate.Replace(new TuningRules { Mode = s_advise, Tunables = [new(new("net.*")) { Maximum = new(128, "f:2") }] });
        Assert.Contains("the settings do not allow it", Refused(), StringComparison.Ordinal);

        _gate.Replace(new TuningRules { Mode = s_advise });
        _daemon.Overrides.Stop(Sample.Backlog, Sample.Blue, 1, "sysctl", "1", "128");
        Assert.Contains("'bpftune resume tcp' lifts that", Refused(), StringComparison.Ordinal);

        _daemon.Overrides.Resume("tcp");
        _daemon.Store[Sample.Blue, Sample.Backlog] = "300";
        Assert.Contains("stays as it is", Refused(), StringComparison.Ordinal);
        Assert.Equal("300", _daemon.Store[Sample.Blue, Sample.Backlog]);
    }

    [Fact]
    public void What_is_ignored_is_not_said_any_more_and_is_remembered()
    {
        Propose("128", "256");
        Assert.True(Assert.Single(_orders.Ignore([Id])).Done);
        _book.Done(Id);
        Propose("128", "256");

        Assert.Single(_daemon.Log.Of(LogLevel.Information));
        var again = new IgnoredAdvice(_directory["state"], _daemon.Log);
        Assert.Equal(Sample.Backlog.Name, again.Subjects[Id].Tunable);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["state/ignored.jsonl"]));
        Assert.Empty(Directory.GetFiles(_directory["state"], "*.new"));
    }

    [Theory]
    [InlineData("not json\n")]
    [InlineData("{\"tuner\":\"x\"}\n")]
    [InlineData("null\n")]
    public void A_damaged_list_is_a_warning(string text)
    {
        Propose("128", "256");
        _orders.Ignore([Id]);
        File.AppendAllText(_directory["state/ignored.jsonl"], text);

        Assert.True(new IgnoredAdvice(_directory["state"], _daemon.Log).Contains(Id));

        Assert.Contains("has a line that is not understood", Assert.Single(_daemon.Log.Of(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_somebody_else_may_write_is_not_believed()
    {
        Propose("128", "256");
        _orders.Ignore([Id]);
        File.SetUnixFileMode(_directory["state/ignored.jsonl"], UnixFileMode.UserRead | UnixFileMode.OtherWrite);

        Assert.False(new IgnoredAdvice(_directory["state"], _daemon.Log).Contains(Id));

        Assert.Single(_daemon.Log.Of(LogLevel.Warning));
    }

    [Fact]
    public void No_more_is_ignored_than_there_is_room_for()
    {
        var subjects = Enumerable.Range(0, IgnoredAdvice.Most).Select(i => new AdviceSubject("t", "x", "", $"n{i}", "s")).ToArray();
        _ignored.Add(subjects);

        Assert.Throws<JournalException>(() => _ignored.Add([subjects[0] with { Namespace = "one more" }]));

        _ignored.Add(subjects[..3]);
        Assert.Equal(IgnoredAdvice.Most, new IgnoredAdvice(_directory["state"], _daemon.Log).Subjects.Count);
    }

    [Fact]
    public void The_book_has_an_end_and_nobody_pushes_out_another()
    {
        Propose("128", "256");
        for (uint i = 1; i <= 1000; i++)
        {
            _daemon.Time.Advance(TimeSpan.FromSeconds(1));
            Give(Tenant(i, 1000));
            Give(Tenant(100_000 + i, 2000 + i));
        }

        Assert.NotNull(_book.Find(Id));
        Assert.Equal(AdviceBook.Capacity + 1, _book.Entries.Count());
        Assert.InRange(_book.Entries.Count(entry => entry.Value.Namespace.Owner == NamespaceOwner.Tenant(1000, 1)), 0, AdviceBook.EachTenant);

        for (uint i = 1; i <= 1000; i++)
            Give(new NetworkNamespace(new NamespaceId(200_000 + i, 1), $"own{i}", false));
        Assert.Equal(2 * AdviceBook.Capacity, _book.Entries.Count());
    }

    [Fact]
    public void A_tenant_does_not_fill_the_log()
    {
        for (uint i = 1; i <= 1000; i++)
            Give(Tenant(i, 1000));

        Assert.InRange(_daemon.Log.Of(LogLevel.Information).Count(), 1, TenantLines.Each + 1);
    }

    [Fact]
    public void What_is_not_in_mode_advise_any_more_and_what_is_gone_is_dropped()
    {
        Propose("128", "256");
        Give(Sample.Red);
        _gate.Replace(new TuningRules { Mode = s_advise, Namespaces = [new(new("red"), new(TuningMode.Off, "f:2"))] });
        Assert.Equal([Id], _book.Entries.Select(entry => entry.Key));

        _book.NamespaceGone(Sample.Blue);
        Assert.Empty(_book.Entries);
    }

    [Fact]
    public void Rules_of_a_tunable_are_reported_with_their_places()
    {
        var rules = new TuningRules
        {
            Mode = s_advise,
            Tunables = [new(new("net.*")) { Maximum = new(16 << 20, "f:2"), RaiseOnly = new(true, "f:3") }],
            Namespaces = [new(new("docker-*"), new(TuningMode.Off, "f:4"))],
        };

        Assert.Equal(
            (RuleReport[])[new("mode", "advise", "f:1"), new("max", "16777216", "f:2"), new("raise_only", "yes", "f:3"), new("mode", "off", "f:4", "docker-*")],
            RuleReport.Of(rules, rules.Of("net.core.rmem_max", null)));
        Assert.Empty(RuleReport.Of(TuningRules.None, TuningRules.None.Of("net.core.rmem_max", null)));
    }

    [Fact]
    public void Of_a_raise_that_can_be_measured_there_is_advice_once_it_was_counted_and_applied_it_is_on_trial()
    {
        Assert.Equal(ProposalOutcome.Advised, CountAndRaise());
        var (id, advice) = Assert.Single(_book.Entries);
        Assert.Equal(("1000", Sample.Blue), (_daemon.Store[Sample.Blue, Sample.Buffer], advice.Counted!.Observed));

        Assert.Contains("(on trial;", Assert.Single(_orders.Apply([id])).Text, StringComparison.Ordinal);
        Assert.Equal("1250", _daemon.Store[Sample.Blue, Sample.Buffer]);
    }

    [Fact]
    public void Applied_long_after_it_was_counted_it_is_measured_against_that()
    {
        CountAndRaise();
        _daemon.Timers.Advance(TimeSpan.FromHours(1));

        Assert.Contains("(on trial;", Assert.Single(_orders.Apply([_book.Entries.Single().Key])).Text, StringComparison.Ordinal);
        Assert.Equal("1250", _daemon.Store[Sample.Blue, Sample.Buffer]);
        for (var second = 0; second < 30; second++)
        {
            Count();
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("1000", _daemon.Store[Sample.Blue, Sample.Buffer]);
        Assert.Equal("taken back: no difference (drops 10 % → 10 %)", _daemon.Changes.Recent[0].Standing!.Text);
    }

    [Fact]
    public void Where_nothing_can_be_counted_any_more_it_is_done_all_the_same_and_stays()
    {
        CountAndRaise();
        _daemon.ProcNet.Clear();

        Assert.True(Assert.Single(_orders.Apply([_book.Entries.Single().Key])).Done);

        Assert.Equal("1250", _daemon.Store[Sample.Blue, Sample.Buffer]);
        Assert.Null(_daemon.Changes.Recent[0].Standing);
    }

    [Theory]
    [InlineData(TuningMode.Off)]
    [InlineData(TuningMode.Advise)]
    [InlineData(TuningMode.Tune)]
    public void No_mode_and_no_limit_keeps_a_raise_that_did_not_help(TuningMode mode)
    {
        _gate.Replace(TuningRules.None);
        Assert.Equal(ProposalOutcome.Applied, CountAndRaise());
        _gate.Replace(new TuningRules
        {
            Mode = new(mode, "f:1"),
            Tunables = [new(new("net.core.*")) { Minimum = new(1250, "f:2"), RaiseOnly = new(true, "f:3") }],
        });

        for (var second = 0; second < 30; second++)
        {
            Count();
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("1000", _daemon.Store[Sample.Blue, Sample.Buffer]);
    }

    private static NetworkNamespace Tenant(uint inode, uint user) =>
        new(new NamespaceId(inode, inode), $"inode {inode}", false, NamespaceOwner.Tenant(user, 1));

    private void Give(NetworkNamespace place) =>
        _book.Give("tcp", Sample.Propose(Sample.Backlog, place, "128", "256"), null, TunableValue.Of(128), TunableValue.Of(256));

    /// <summary>A tenth is lost, whatever the value: so long that a raise may be made upon it.</summary>
    private ProposalOutcome CountAndRaise()
    {
        var outcome = ProposalOutcome.OnTrial;
        for (var second = 0; second < 10 && outcome == ProposalOutcome.OnTrial; second++)
        {
            Count();
            outcome = _daemon.Propose("1250", tunable: Sample.Buffer);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        return outcome;
    }

    private void Count()
    {
        (_lost, _kept) = (_lost + 100, _kept + 900);
        _daemon.ProcNet[(Sample.Blue.Id, "counts")] = $"{_lost} {_kept}";
    }

    private string Refused()
    {
        var report = Assert.Single(_orders.Apply([Id]));
        Assert.False(report.Done);
        return report.Text;
    }

    private ProposalOutcome Propose(string old, string wanted) =>
        _daemon.Applier.Propose("tcp", Sample.Propose(Sample.Backlog, Sample.Blue, old, wanted));
}
