using BpfTune.Sdk;
using static BpfTune.Tuners.TcpBuffer.TcpBufferBpf;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>
/// The SYN queues of one namespace. Its counters are read when a program saw a listener, a completed handshake or a
/// repeated SYN+ACK, and then once a second for as long as queues overflow: never while nothing happens.
/// </summary>
internal sealed class SynWatch(Tuner tuner, NetworkNamespace networkNamespace)
{
    private const ushort Kind = (ushort)tcp_buffer_event.TCP_BUFFER_SYN;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private readonly Correlation _history = new();
    private SynCounters? _last;
    private long? _foundBacklog;
    private IDisposable? _timer;

    /// <summary>Reads the counters and decides.</summary>
    public void Look()
    {
        if (_timer is not null)
            return;
        var host = tuner.Host;
        if (host.ReadProcNet(networkNamespace, "netstat") is not { } netstat || host.ReadProcNet(networkNamespace, "snmp") is not { } snmp)
            return;

        var now = SynCounters.Parse(netstat, snmp);
        if (_last is not { } last)
        {
            _last = now;
            host.Mute(networkNamespace, Kind, Again);
            return;
        }

        var interval = now.Since(last);
        _last = now;
        if (interval.Floods <= 0)
        {
            host.Mute(networkNamespace, Kind, Quiet);
            return;
        }

        _history.Add(interval.Floods, interval.Accepted);
        Act(interval);
        _timer = host.After(Again, () =>
        {
            _timer = null;
            Look();
        });
    }

    private void Act(SynCounters interval)
    {
        var host = tuner.Host;
        if (!host.TryRead(TcpTunables.SynCookies, networkNamespace, out var cookies))
            return;
        var memoryLow = host.TryRead(TcpTunables.Memory, host.GlobalNamespace, out var marks)
            && host.ReadProcNet(host.GlobalNamespace, "sockstat") is { } sockstat
            && SocketStatistics.Read(sockstat, "TCP", "mem") is { } pages
            && host.LearningRate.IsNear(pages, marks[TcpTunables.Pressure]);

        var decision = SynPolicy.Decide(interval, _history, cookies[0] != 0, memoryLow);
        var evidence = $"{interval.Floods} SYNs found the queue full and {interval.Accepted} connections were accepted since the last look";
        switch (decision)
        {
            case SynDecision.CookiesOn:
                host.Propose(new Proposal(
                    TcpTunables.SynCookies, networkNamespace, cookies, TunableValue.Of(1), "syn_flood_while_memory_low", evidence));
                break;
            case SynDecision.RaiseBacklog or SynDecision.LowerBacklog
                when host.TryRead(TcpTunables.SynBacklog, networkNamespace, out var backlog):
                _foundBacklog ??= backlog[0];
                var next = SynPolicy.Backlog(backlog[0], _foundBacklog.Value, decision, host.LearningRate);
                if (next != backlog[0])
                {
                    host.Propose(new Proposal(
                        TcpTunables.SynBacklog, networkNamespace, backlog, TunableValue.Of(next),
                        decision == SynDecision.RaiseBacklog ? "syn_queue_full" : "syn_flood", evidence));
                }

                break;
        }
    }
}
