using System.Globalization;
using BpfTune.Sdk;
using BpfTune.Tuners.NetBuffer;
using static BpfTune.Tuners.NetBuffer.NetBufferBpf;

namespace BpfTune.Tuners.Tests.NetBuffer;

/// <summary>Replays events against the whole tuner, with a table of values and counters for a kernel.</summary>
public sealed class NetBufferTunerTests
{
    private const ushort Drop = 1;
    private const ushort Poll = 2;
    private const string Backlog = "net.core.netdev_max_backlog";
    private const string FlowLimit = "net.core.flow_limit_cpu_bitmap";
    private const string Budget = "net.core.netdev_budget";
    private const string BudgetTime = "net.core.netdev_budget_usecs";

    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);

    private readonly FakeHost _host = new();
    private readonly NetBufferTuner _tuner;
    private readonly TunerDeclaration _declaration = new();
    private readonly uint[] _dropped = new uint[2];
    private readonly uint[] _limited = new uint[2];
    private readonly uint[] _squeezed = new uint[2];

    private string? _schedstat;

    public NetBufferTunerTests()
    {
        _tuner = new NetBufferTuner(() => _schedstat);
        _tuner.Declare(_declaration);
        Set(Backlog, "1000");
        Set(FlowLimit, "0");
        Set(Budget, "300");
        Set(BudgetTime, "8000");
        Count(0, 5000, 0, 5000); // before the daemon began
        _tuner.Start(_host, null);
    }

    [Fact]
    public void Drops_raise_the_backlog_and_limit_flows_on_the_cpu_that_dropped()
    {
        Count(1, 40);
        Invoke(Drop);
        Assert.Equal("1250", Get(Backlog));
        Assert.Equal("2", Get(FlowLimit));
        Assert.All(_host.Proposals, p => Assert.Equal("40 packets dropped within a minute at a backlog of 1000, on CPU 1", p.Evidence));
        Assert.All(_host.Proposals, p => Assert.Same(FakeHost.Global, p.Namespace));
        Assert.Equal("300", Get(Budget));
    }

    [Fact]
    public void What_tenants_drop_is_no_reason_for_anything()
    {
        _host.HasTenants = true;
        for (var second = 0; second < 600; second++)
        {
            Count(0, 100_000, 100_000);
            Invoke(Drop);
            Invoke(Poll);
            _host.Advance(TimeSpan.FromMilliseconds(2500));
        }

        Assert.Empty(_host.Proposals);
        Count(0, 40);
        Invoke(Drop, suppressed: 39);
        _host.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("1250", Get(Backlog));
    }

    [Fact]
    public void A_tenants_own_events_are_not_even_looked_at()
    {
        var theirs = new NetworkNamespace(new NamespaceId(4026532001, 8), "theirs", false, NamespaceOwner.Tenant(1000, 5));
        Count(0, 100_000, 100_000);
        Invoke(Drop, 1000, theirs);
        Invoke(Poll, 1000, theirs);
        Assert.Empty(_host.Proposals);
        Assert.Equal([theirs.Id, theirs.Id], _host.Mutes.Select(m => m.Namespace));
        Assert.All(_declaration.Events.Values, e => Assert.Equal(TunableScope.Machine, e.Concerns));
        Assert.All(_declaration.Tunables, t => Assert.True(t.IsAtOthersCost));
    }

    [Fact]
    public void A_few_drops_change_nothing_and_are_not_watched_for_long()
    {
        Count(0, 31);
        Invoke(Drop);
        Assert.Empty(_host.Proposals);
        Assert.Equal(1, _host.TimerCount);
        _host.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void Drops_after_the_first_event_are_counted_a_second_later()
    {
        Count(0, 1);
        Invoke(Drop);
        Count(0, 40);
        Assert.Equal("1000", Get(Backlog));
        _host.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("1250", Get(Backlog));
    }

    [Fact]
    public void Few_drops_a_minute_never_add_up()
    {
        for (var minute = 0; minute < 60; minute++)
        {
            Count(0, 20);
            Invoke(Drop);
            _host.Advance(TimeSpan.FromSeconds(61));
        }

        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void What_the_flow_limit_drops_is_no_reason_for_a_longer_backlog()
    {
        _limited[0] += 500;
        Count(0, 500);
        Invoke(Drop);
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void An_hour_of_drops_ends_at_the_ceiling_and_is_watched_no_more()
    {
        for (var second = 0; second < 3600; second++)
        {
            Count(0, 100_000);
            Invoke(Drop);
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("65536", Get(Backlog));
        Assert.Contains((Blue.Id, Drop, TimeSpan.FromSeconds(30)), _host.Mutes);
        _host.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _host.TimerCount);
        Assert.InRange(_host.Proposals.Count, 15, 30);
    }

    [Fact]
    public void An_hour_of_polls_cut_short_ends_at_10_ms()
    {
        for (var second = 0; second < 3600; second++)
        {
            Count(0, 0, 100);
            Invoke(Poll);
            Assert.InRange(TunableValue.Parse(Get(BudgetTime))[0], 8000, 10_000);
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("10000", Get(BudgetTime));
        Assert.Equal("4800", Get(Budget));
        Assert.Equal("1000", Get(Backlog));
        Assert.Contains((Blue.Id, Poll, TimeSpan.FromSeconds(30)), _host.Mutes);
    }

    [Fact]
    public void Full_polls_that_leave_nothing_behind_change_nothing()
    {
        Invoke(Poll);
        Assert.Empty(_host.Proposals);
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void When_tasks_wait_for_it_the_budget_goes_back_to_where_it_was_but_not_below()
    {
        ulong running = 0, waiting = 0;
        var most = 0L;
        for (var second = 0; second < 3600; second++)
        {
            var budget = TunableValue.Parse(Get(Budget))[0];
            most = Math.Max(most, budget);
            Assert.InRange(budget, 300, 4800);
            running += 1_000_000;
            waiting += (ulong)budget * 1000;
            _schedstat = string.Create(CultureInfo.InvariantCulture, $"cpu0 0 0 0 0 0 0 {running} {waiting} 1\n");
            Count(0, 0, 100);
            Invoke(Poll);
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Contains(_host.Proposals, p => p.Scenario == "tasks_wait_for_polling" && p.New[0] < p.Old[0]);
        Assert.InRange(most, 301, 4800);
    }

    [Fact]
    public void Missing_settings_and_counters_are_no_error()
    {
        _host.Values.Clear();
        Count(0, 1000, 1000);
        Invoke(Drop);
        _host.ProcNet.Clear();
        Invoke(Poll);
        Assert.Empty(_host.Proposals);
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void Without_flow_limits_the_backlog_is_raised_all_the_same()
    {
        _host.Values.Remove((FlowLimit, FakeHost.Global.Id));
        Count(0, 100);
        Invoke(Drop);
        Assert.Equal("1250", Get(Backlog));
    }

    [Theory]
    [InlineData(ProposalOutcome.Overridden)]
    [InlineData(ProposalOutcome.NotWanted)]
    [InlineData(ProposalOutcome.Advised)]
    public void A_refused_proposal_silences_its_events(ProposalOutcome answer)
    {
        _host.Answer = answer;
        Count(0, 100);
        Invoke(Drop);
        Assert.Equal((Blue.Id, Drop, TimeSpan.FromSeconds(30)), _host.Mutes.Single());
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void Stopping_leaves_no_timer()
    {
        Count(0, 1);
        Invoke(Drop);
        Assert.Equal(1, _host.TimerCount);
        _tuner.OnStopping();
        Assert.Equal(0, _host.TimerCount);
        Assert.Equal("1", _tuner.Facts().Single().Value);
    }

    private void Set(string name, string value) => _host.Values[(name, FakeHost.Global.Id)] = TunableValue.Parse(value);

    private string Get(string name) => _host.Values[(name, FakeHost.Global.Id)].Text;

    private void Count(int cpu, uint dropped, uint squeezed = 0, uint limited = 0)
    {
        _dropped[cpu] += dropped;
        _squeezed[cpu] += squeezed;
        _limited[cpu] += limited;
        _host.ProcNet["softnet_stat"] = string.Concat(Enumerable.Range(0, 2).Select(i =>
            $"00000000 {_dropped[i]:x8} {_squeezed[i]:x8} 0 0 0 0 0 0 0 {_limited[i]:x8} 0 {i:x8}\n"));
    }

    private void Invoke(ushort kind, uint suppressed = 0, NetworkNamespace? where = null)
    {
        var record = default(net_event);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<net_event>(in record));
        _declaration.Events[kind].Invoke(new TunerEvent(new EventHeader { Kind = kind, Suppressed = suppressed }, where ?? Blue), bytes);
    }
}
