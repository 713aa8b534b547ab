using BpfTune.Sdk;
using BpfTune.Tuners.TcpBuffer;
using static BpfTune.Tuners.TcpBuffer.TcpBufferBpf;

namespace BpfTune.Tuners.Tests.TcpBuffer;

/// <summary>Replays events against the whole tuner, with a table of values for a kernel.</summary>
public sealed class TcpBufferTunerTests
{
    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);

    private readonly FakeHost _host = new();
    private readonly TcpBufferTuner _tuner = new();
    private readonly TunerDeclaration _declaration = new();

    public TcpBufferTunerTests()
    {
        _tuner.Declare(_declaration);
        _tuner.Start(_host, null);
        _host.Values[("net.ipv4.tcp_mem", FakeHost.Global.Id)] = TunableValue.Of(100_000, 200_000, 400_000);
    }

    [Fact]
    public void A_pressed_receive_buffer_raises_the_maximum_to_what_the_path_needs()
    {
        Receive(limit: 131072, window: 100_000);
        var proposal = Assert.Single(_host.Proposals);
        Assert.Equal("net.ipv4.tcp_rmem", proposal.Tunable.Name);
        Assert.Equal("4096 131072 800000", proposal.New.Text);
        Assert.Same(Blue, proposal.Namespace);
        Assert.Equal("rcvbuf 131072 of max 131072, 1 socket in 1 s", proposal.Evidence);
    }

    [Fact]
    public void Evidence_counts_the_sockets()
    {
        _host.Answer = ProposalOutcome.Stale;
        for (ulong socket = 1; socket <= 12; socket++)
        {
            Receive(limit: 131072, window: 100_000, socket: socket);
            _host.Advance(TimeSpan.FromMilliseconds(150));
        }

        Assert.Equal("rcvbuf 131072 of max 131072, 12 sockets in 2 s", _host.Proposals[^1].Evidence);
    }

    [Fact]
    public void Where_the_path_needs_no_more_nothing_is_proposed()
    {
        // Four times 10 kB and its overhead is far below the maximum.
        Receive(limit: 6_291_456, window: 10_000, kind: 5);
        Assert.Empty(_host.Proposals);
        Assert.Empty(_host.Mutes);
    }

    [Fact]
    public void At_the_memory_ceiling_the_kernel_is_told_to_keep_quiet()
    {
        Receive(limit: (uint)(400_000L * Environment.SystemPageSize / 8), window: uint.MaxValue);
        Assert.Empty(_host.Proposals);
        Assert.Equal((Blue.Id, (ushort)1), (_host.Mutes[0].Namespace, _host.Mutes[0].Kind));
    }

    [Fact]
    public void An_hour_at_the_limit_stops_at_the_memory_ceiling()
    {
        var limit = 131072L;
        for (var i = 0; i < 3600; i++)
        {
            Receive((uint)limit, uint.MaxValue);
            if (_host.Values.TryGetValue(("net.ipv4.tcp_rmem", Blue.Id), out var value))
                limit = value[2];
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        var ceiling = 400_000L * Environment.SystemPageSize / 8;
        Assert.InRange(limit, ceiling - (ceiling / 16), ceiling);
        Assert.InRange(_host.Proposals.Count, 1, 20);
    }

    [Fact]
    public void Under_memory_pressure_buffers_are_not_raised()
    {
        Receive(limit: 131072, window: 100_000, allocated: 160_000);
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void A_round_trip_that_grows_with_the_buffer_lowers_the_maximum()
    {
        _host.Answer = ProposalOutcome.CoolingDown;
        for (uint i = 0; i < 12; i++)
            Receive(limit: 8_000_000, window: 200_000, buffer: 1_000_000 + (i * 500_000), rtt: 50_000 + (i * 10_000));
        var proposal = _host.Proposals.Single(p => p.Scenario == "buffers_only_add_delay");
        Assert.Equal(6_000_000, proposal.New[2]);
        Assert.Contains("correlation", proposal.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_near_and_a_far_peer_are_two_paths()
    {
        _host.Answer = ProposalOutcome.CoolingDown;
        // Each one's round trip is steady; taken together it would go with the buffer, and rise a hundredfold.
        for (uint i = 0; i < 40; i++)
        {
            var isFar = i % 2 == 0;
            Receive(
                limit: 8_000_000, window: 200_000, buffer: (isFar ? 4_000_000u : 500_000) + (i * 1000), rtt: isFar ? 50_000u : 500, minRtt: isFar ? 50_000u : 500,
                peer: i % 2);
        }

        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void A_connection_that_began_in_a_queue_is_reckoned_with_the_least_round_trip_of_its_peer()
    {
        _host.Answer = ProposalOutcome.CoolingDown;
        Receive(limit: 131072, window: 100_000, minRtt: 50_000);
        Assert.Equal(800_000, _host.Proposals[^1].New[2]);
        Receive(limit: 131072, window: 400_000, rtt: 200_000, minRtt: 200_000);
        Assert.Equal(800_000, _host.Proposals[^1].New[2]);
        Receive(limit: 131072, window: 400_000, rtt: 200_000, minRtt: 200_000, peer: 2);
        Assert.Equal(3_200_000, _host.Proposals[^1].New[2]);
    }

    [Fact]
    public void What_nothing_has_needed_for_long_goes_down_to_what_was_there_first()
    {
        Traffic(0);
        Set("net.ipv4.tcp_rmem", Blue, "4096 131072 200000");
        Receive(limit: 200_000, window: 1_000_000);
        Assert.Equal("4096 131072 8000000", Get("net.ipv4.tcp_rmem", Blue));
        _host.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("4096 131072 8000000", Get("net.ipv4.tcp_rmem", Blue));
        _host.Advance(TimeSpan.FromMinutes(5));
        Assert.InRange(_host.Values[("net.ipv4.tcp_rmem", Blue.Id)][2], 4_000_000, 4_600_000);
        _host.Advance(TimeSpan.FromHours(2));
        Assert.Equal("4096 131072 200000", Get("net.ipv4.tcp_rmem", Blue));
        Assert.Equal("buffer_not_needed", _host.Proposals[^1].Scenario);
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void A_connection_that_goes_on_without_a_word_keeps_it()
    {
        Traffic(0);
        Receive(limit: 131072, window: 1_000_000);
        // 20 MB/s were seen.
        for (var minute = 1; minute <= 60; minute++)
        {
            Traffic(minute * 60 * 6_000_000L);
            _host.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal("4096 131072 8000000", Get("net.ipv4.tcp_rmem", Blue));
        _host.Advance(TimeSpan.FromHours(2));
        Assert.Equal("4096 131072 131072", Get("net.ipv4.tcp_rmem", Blue));
    }

    [Fact]
    public void What_somebody_else_has_set_meanwhile_is_not_lowered()
    {
        Receive(limit: 131072, window: 1_000_000);
        Set("net.ipv4.tcp_rmem", Blue, "4096 131072 16000000");
        _host.Advance(TimeSpan.FromHours(2));
        Assert.Equal("4096 131072 16000000", Get("net.ipv4.tcp_rmem", Blue));
        Assert.Equal(0, _host.TimerCount);

        // What was found there later is what is left in the end.
        Receive(limit: 16_000_000, window: 4_000_000);
        Assert.Equal("4096 131072 32000000", Get("net.ipv4.tcp_rmem", Blue));
        _host.Advance(TimeSpan.FromHours(2));
        Assert.Equal("4096 131072 16000000", Get("net.ipv4.tcp_rmem", Blue));
    }

    [Fact]
    public void A_namespace_that_is_gone_leaves_no_timer()
    {
        Receive(limit: 131072, window: 1_000_000);
        Assert.Equal(1, _host.TimerCount);
        _tuner.OnNamespaceGone(Blue.Id);
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void A_round_trip_that_wavers_a_little_does_not()
    {
        for (uint i = 0; i < 40; i++)
            Receive(limit: 8_000_000, window: 200_000, buffer: 1_000_000 + (i * 100_000), rtt: 50_000 + (i * 100));
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void Moderation_is_turned_on_when_a_buffer_wants_to_grow()
    {
        _host.Values[("net.ipv4.tcp_moderate_rcvbuf", Blue.Id)] = TunableValue.Of(0);
        Receive(limit: 131072, window: 1000, moderate: 0);
        Assert.Equal("1", _host.Values[("net.ipv4.tcp_moderate_rcvbuf", Blue.Id)].Text);
    }

    [Fact]
    public void A_refused_proposal_silences_its_events_for_a_minute()
    {
        _host.Answer = ProposalOutcome.Overridden;
        Receive(limit: 131072, window: 100_000);
        Assert.Equal(TimeSpan.FromMinutes(1), _host.Mutes.Single().Duration);
    }

    [Fact]
    public void A_missing_tcp_mem_is_no_error()
    {
        _host.Values.Clear();
        Invoke(3, new memory_event { allocated = 390_000 });
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void Exhausted_memory_shrinks_buffers_and_saves_until_it_eases()
    {
        var free = _host.AvailablePages;
        _host.Values[("net.ipv4.tcp_mem", FakeHost.Global.Id)] = TunableValue.Of(free / 16, free / 8, free / 4);
        Set("net.ipv4.tcp_rmem", Blue, "4096 131072 6291456");
        Set("net.ipv4.tcp_wmem", Blue, "4096 16384 4194304");
        Set("net.ipv4.tcp_no_metrics_save", Blue, "0");
        Set("net.core.high_order_alloc_disable", FakeHost.Global, "0");

        Invoke(3, new memory_event { allocated = free / 4 });
        Assert.Equal("4096 131072 4718592", Get("net.ipv4.tcp_rmem", Blue));
        Assert.Equal("4096 16384 3145728", Get("net.ipv4.tcp_wmem", Blue));
        Assert.Equal("1", Get("net.ipv4.tcp_no_metrics_save", Blue));
        Assert.Equal("1", Get("net.core.high_order_alloc_disable", FakeHost.Global));

        _host.ProcNet["sockstat"] = "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 5\n";
        _host.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("0", Get("net.ipv4.tcp_no_metrics_save", Blue));
        Assert.Equal("0", Get("net.core.high_order_alloc_disable", FakeHost.Global));
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void Counters_are_read_once_a_second_while_queues_overflow_and_then_no_more()
    {
        Set("net.ipv4.tcp_syncookies", Blue, "1");
        Set("net.ipv4.tcp_max_syn_backlog", Blue, "512");
        Counters(floods: 0, accepted: 0);
        Syn();
        Counters(floods: 10, accepted: 50);
        Syn();
        Assert.Equal("640", Get("net.ipv4.tcp_max_syn_backlog", Blue));
        Counters(floods: 30, accepted: 90);
        _host.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("800", Get("net.ipv4.tcp_max_syn_backlog", Blue));
        _host.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _host.TimerCount);
        Assert.Equal(2, _host.Proposals.Count);
    }

    private void Set(string name, NetworkNamespace where, string value) => _host.Values[(name, where.Id)] = TunableValue.Parse(value);

    private string Get(string name, NetworkNamespace where) => _host.Values[(name, where.Id)].Text;

    private void Counters(long floods, long accepted)
    {
        _host.ProcNet["netstat"] = $"TcpExt: TCPReqQFullDoCookies\nTcpExt: {floods}\n";
        _host.ProcNet["snmp"] = $"Tcp: PassiveOpens\nTcp: {accepted}\n";
    }

    private void Traffic(long octets) => _host.ProcNet["netstat"] = $"IpExt: InOctets\nIpExt: {octets}\n";

    private void Syn() => Invoke(4, new syn_event { reason = 2 });

    private void Receive(
        uint limit, uint window, ulong socket = 1, uint? buffer = null, uint rtt = 50_000, uint moderate = 1, long allocated = 100,
        ushort kind = 1, uint minRtt = 50_000, ulong peer = 1)
    {
        var record = new buffer_event
        {
            socket = socket, buffer = buffer ?? limit, window = window, overhead = 512, rtt_us = rtt, min_rtt_us = minRtt, peer = peer,
            moderate = moderate, allocated = allocated,
        };
        record.limit[0] = 4096;
        record.limit[1] = 131072;
        record.limit[2] = limit;
        record.mem[0] = 100_000;
        record.mem[1] = 200_000;
        record.mem[2] = 400_000;
        Invoke(kind, record);
    }

    private void Invoke<T>(ushort kind, T record)
        where T : unmanaged
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in record));
        _declaration.Events[kind].Invoke(new TunerEvent(new EventHeader { Kind = kind }, Blue), bytes);
    }
}
