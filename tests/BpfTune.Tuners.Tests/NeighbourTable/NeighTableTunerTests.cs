using BpfTune.Sdk;
using BpfTune.Tuners.NeighbourTable;
using static BpfTune.Tuners.NeighbourTable.NeighTableBpf;

namespace BpfTune.Tuners.Tests.NeighbourTable;

/// <summary>Replays events against the whole tuner, with a table of values for a kernel.</summary>
public sealed class NeighTableTunerTests
{
    private const string Four = "net.ipv4.neigh.default.gc_thresh";
    private const string Six = "net.ipv6.neigh.default.gc_thresh";

    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);
    private static readonly NetworkNamespace Green = new(new NamespaceId(4026532001, 8), "green", false);

    private readonly FakeHost _host = new();
    private readonly NeighTableTuner _tuner = new();
    private readonly TunerDeclaration _declaration = new();

    public NeighTableTunerTests()
    {
        _tuner.Declare(_declaration);
        _tuner.Start(_host, null);
        Set(Four, 128, 512, 1024);
        Set(Six, 128, 512, 1024);
    }

    [Fact]
    public void A_table_that_fills_up_is_raised_in_the_global_namespace_the_limit_first()
    {
        Send(1, entries: 800, addresses: 65_536);
        Assert.Equal([Four + 3, Four + 2, Four + 1], _host.Proposals.Select(p => p.Tunable.Name));
        Assert.Equal(["1280", "640", "160"], _host.Proposals.Select(p => p.New.Text));
        Assert.All(_host.Proposals, p => Assert.Same(FakeHost.Global, p.Namespace));
        Assert.Equal("800 IPv4 neighbours of at most 1024, the devices' prefixes hold 65536 addresses", _host.Proposals[0].Evidence);
        Assert.Equal("128 512 1024", Values(Six));
    }

    [Fact]
    public void Each_family_has_thresholds_of_its_own()
    {
        Send(3, entries: 1024, addresses: 65_536);
        Assert.Equal("256 1024 2048", Values(Six));
        Assert.Equal("128 512 1024", Values(Four));
        Assert.Equal("neighbour_table_full", _host.Proposals[0].Scenario);
    }

    [Fact]
    public void At_the_bound_of_the_prefixes_the_kernel_is_told_to_keep_quiet()
    {
        Send(1, entries: 1024, addresses: 300);
        Assert.Equal("150 600 1200", Values(Four));
        Assert.Empty(_host.Mutes);
        Send(1, entries: 1200, addresses: 300);
        Assert.Equal("150 600 1200", Values(Four));
        Assert.Equal((Blue.Id, (ushort)1), (_host.Mutes[0].Namespace, _host.Mutes[0].Kind));
    }

    [Fact]
    public void Namespaces_share_the_table_and_their_prefixes_add_up_until_one_is_gone()
    {
        Send(1, entries: 1024, addresses: 256);
        Assert.Empty(_host.Proposals);
        Send(1, entries: 1024, addresses: 256, where: Green);
        Assert.Equal("256 1024 2048", Values(Four));
        _tuner.OnNamespaceGone(Green.Id);
        Send(1, entries: 2048, addresses: 384);
        Assert.Equal("256 1024 2048", Values(Four));
    }

    [Fact]
    public void An_hour_of_a_full_table_stops_at_the_bound()
    {
        for (var second = 0; second < 3600; second++)
        {
            Send(1, entries: (int)_host.Values[(Four + 3, FakeHost.Global.Id)][0], addresses: 500);
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("250 1000 2000", Values(Four));
        Assert.Equal(3, _host.Proposals.Count);
    }

    [Fact]
    public void An_event_that_was_sent_before_the_raise_raises_nothing()
    {
        Send(1, entries: 800, addresses: 65_536);
        Send(1, entries: 801, addresses: 65_536);
        Assert.Equal("160 640 1280", Values(Four));
        Assert.Empty(_host.Mutes);
    }

    [Fact]
    public void Without_the_familys_thresholds_nothing_is_proposed()
    {
        _host.Values.Clear();
        Send(3, entries: 1024, addresses: 65_536);
        Send(4, entries: 1, addresses: 65_536);
        Assert.Empty(_host.Proposals);
        Assert.Equal([(ushort)3, (ushort)4], _host.Mutes.Select(m => m.Kind));
        Assert.Equal(0, _host.TimerCount);
    }

    [Theory]
    [InlineData(ProposalOutcome.Overridden, 60)]
    [InlineData(ProposalOutcome.Failed, 60)]
    [InlineData(ProposalOutcome.CoolingDown, 1)]
    public void After_a_refusal_the_kernel_is_asked_less_often_and_the_other_thresholds_stay(ProposalOutcome answer, int seconds)
    {
        _host.Answer = answer;
        Send(1, entries: 1024, addresses: 65_536);
        Assert.Single(_host.Proposals);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(_host.Mutes).Duration);
    }

    [Fact]
    public void An_emptied_table_comes_back_step_by_step_and_then_there_is_no_timer()
    {
        Send(1, entries: 1024, addresses: 65_536);
        Statistics("arp_cache", 10);
        Send(2, entries: 10, addresses: 65_536);
        Send(2, entries: 9, addresses: 65_536);
        Assert.Equal(1, _host.TimerCount);
        _host.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal("256 1024 2048", Values(Four));
        _host.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("192 768 1536", Values(Four));
        Assert.Equal([Four + 1, Four + 2, Four + 3], _host.Proposals.Skip(3).Select(p => p.Tunable.Name));
        _host.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("128 512 1024", Values(Four));
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void A_table_that_fills_up_again_meanwhile_is_left()
    {
        Send(1, entries: 1024, addresses: 65_536);
        Send(2, entries: 10, addresses: 65_536);
        Statistics("arp_cache", 600);
        _host.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("256 1024 2048", Values(Four));
        Assert.Equal(0, _host.TimerCount);
    }

    [Theory]
    [InlineData(ProposalOutcome.Overridden)]
    [InlineData(ProposalOutcome.NotWanted)]
    [InlineData(ProposalOutcome.Advised)]
    public void A_step_that_comes_too_soon_is_tried_again_and_a_refused_one_is_not(ProposalOutcome refusal)
    {
        Send(1, entries: 1024, addresses: 65_536);
        Statistics("arp_cache", 0);
        Send(2, entries: 0, addresses: 65_536);
        _host.Answer = ProposalOutcome.CoolingDown;
        _host.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(1, _host.TimerCount);
        _host.Answer = refusal;
        _host.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _host.TimerCount);
        Assert.Equal("256 1024 2048", Values(Four));
    }

    [Fact]
    public void What_an_administrator_has_set_is_not_lowered()
    {
        Set(Four, 1024, 4096, 8192);
        Statistics("arp_cache", 10);
        Send(2, entries: 10, addresses: 65_536);
        Assert.Equal(0, _host.TimerCount);

        // Nor what was set after a raise.
        Send(1, entries: 8192, addresses: 65_536);
        Assert.Equal("2048 8192 16384", Values(Four));
        Send(2, entries: 10, addresses: 65_536);
        Set(Four, 1024, 4096, 12_000);
        _host.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("1024 4096 12000", Values(Four));
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void Neighbours_that_went_with_their_namespace_are_noticed()
    {
        Send(1, entries: 1024, addresses: 65_536);
        Statistics("arp_cache", 0);
        _tuner.OnNamespaceGone(Blue.Id);
        _host.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("128 512 1024", Values(Four));
    }

    [Fact]
    public void Stopping_leaves_no_timer()
    {
        Send(1, entries: 1024, addresses: 65_536);
        Send(2, entries: 0, addresses: 65_536);
        Assert.Equal(1, _host.TimerCount);
        _tuner.OnStopping();
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void What_was_seen_shows_in_status()
    {
        Assert.Empty(_tuner.Facts());
        Send(3, entries: 900, addresses: 500);
        var fact = Assert.Single(_tuner.Facts());
        Assert.Equal(("IPv6 neighbours when last looked at", "900 entries, gc_thresh3 may rise to 2000"), (fact.Name, fact.Value));
    }

    private void Set(string prefix, params ReadOnlySpan<long> values)
    {
        for (var i = 0; i < values.Length; i++)
            _host.Values[(prefix + (i + 1), FakeHost.Global.Id)] = TunableValue.Of(values[i]);
    }

    private string Values(string prefix) =>
        string.Join(' ', Enumerable.Range(1, 3).Select(i => _host.Values[(prefix + i, FakeHost.Global.Id)].Text));

    private void Statistics(string table, int entries) =>
        _host.ProcNet["stat/" + table] = $"entries  allocs   destroys\n{entries:x8} 00000000 00000000\n";

    private void Send(ushort kind, int entries, ulong addresses, NetworkNamespace? where = null, uint device = 2)
    {
        where ??= Blue;
        var record = new neigh_event { ifindex = device, entries = entries, addresses = addresses };
        var header = new EventHeader { NamespaceInode = where.Id.Inode, NamespaceCookie = where.Id.Cookie, Kind = kind };
        _declaration.Events[kind].Invoke(
            new TunerEvent(in header, where), System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<neigh_event>(in record)));
    }
}
