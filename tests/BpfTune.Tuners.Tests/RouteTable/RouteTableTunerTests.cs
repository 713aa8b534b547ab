using System.Runtime.InteropServices;
using BpfTune.Sdk;
using BpfTune.Tuners.RouteTable;
using static BpfTune.Tuners.RouteTable.RouteTableBpf;

namespace BpfTune.Tuners.Tests.RouteTable;

/// <summary>Replays events against the whole tuner, with a table of values for a kernel.</summary>
public sealed class RouteTableTunerTests
{
    private const string Size = "net.ipv6.route.max_size";
    private const ushort Kind = (ushort)route_table_event.ROUTE_TABLE_FULL;

    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);

    private readonly FakeHost _host = new();
    private readonly TunerDeclaration _declaration = new();

    public RouteTableTunerTests()
    {
        var tuner = new RouteTableTuner();
        tuner.Declare(_declaration);
        tuner.Start(_host, null);
        Limit = 4096;
    }

    private long Limit
    {
        get => _host.Values[(Size, Blue.Id)][0];
        set => _host.Values[(Size, Blue.Id)] = TunableValue.Of(value);
    }

    [Theory]
    [InlineData(2048, 1600, 2560, "route_cache_near_full")]
    [InlineData(2048, 2048, 4096, "route_cache_full")]
    public void A_cache_that_fills_up_is_enlarged_in_its_namespace(long limit, long entries, long expected, string scenario)
    {
        Limit = limit;
        Send(entries);
        Assert.Equal(expected, Limit);
        var proposal = Assert.Single(_host.Proposals);
        Assert.Same(Blue, proposal.Namespace);
        Assert.Equal((scenario, $"{entries} IPv6 routes of at most {limit}"), (proposal.Scenario, proposal.Evidence));
        Assert.Empty(_host.Mutes);
    }

    [Fact]
    public void An_event_that_was_sent_before_the_raise_raises_nothing()
    {
        Limit = 8192;
        Send(4096);
        Assert.Empty(_host.Proposals);
        Assert.Empty(_host.Mutes);
    }

    [Fact]
    public void An_hour_of_a_full_cache_stops_at_the_ceiling_and_the_kernel_is_told_to_keep_quiet()
    {
        for (var second = 0; second < 3600; second++)
            Send(Limit);
        var ceiling = RoutePolicy.Ceiling(
            _host.AvailablePages, Environment.SystemPageSize);
        Assert.Equal(ceiling, Limit);
        Assert.InRange(_host.Proposals.Count, 0, 12);
        Assert.Equal((Blue.Id, Kind), (_host.Mutes[^1].Namespace, _host.Mutes[^1].Kind));
    }

    [Fact]
    public void Where_the_limit_cannot_be_read_nothing_is_proposed()
    {
        _host.Values.Clear();
        Send(4096);
        Assert.Empty(_host.Proposals);
        Assert.Equal(TimeSpan.FromMinutes(1), Assert.Single(_host.Mutes).Duration);
    }

    [Theory]
    [InlineData(ProposalOutcome.Overridden, 60)]
    [InlineData(ProposalOutcome.Failed, 60)]
    [InlineData(ProposalOutcome.NotWanted, 60)]
    [InlineData(ProposalOutcome.Advised, 60)]
    [InlineData(ProposalOutcome.CoolingDown, 1)]
    public void After_a_refusal_the_kernel_is_asked_less_often(ProposalOutcome answer, int seconds)
    {
        Limit = 1024;
        _host.Answer = answer;
        Send(1024);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(_host.Mutes).Duration);
    }

    private void Send(long entries)
    {
        var record = new route_event { entries = entries };
        var header = new EventHeader { NamespaceInode = Blue.Id.Inode, NamespaceCookie = Blue.Id.Cookie, Kind = Kind };
        _declaration.Events[Kind].Invoke(
            new TunerEvent(in header, Blue), MemoryMarshal.AsBytes(new ReadOnlySpan<route_event>(in record)));
    }
}
