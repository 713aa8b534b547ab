using BpfTune.Sdk;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>What a path was seen to lose, sums that fade with each connection; bpf/tcp_conn.bpf.c tells losses apart.</summary>
/// <param name="Segments">Segments sent.</param>
/// <param name="Lost">Segments sent again, whatever lost them.</param>
/// <param name="Clean">Round trips with a loss that no queue came before.</param>
/// <param name="Queued">Round trips with a loss that a queue came before.</param>
/// <param name="CleanSegments">Segments sent again in the former; of a connection's first loss only one.</param>
internal readonly record struct PathLoss(double Segments, double Lost, double Clean, double Queued, double CleanSegments)
{
    /// <summary>As loss_rounds in bpf/tcp_conn.bpf.c, where it is explained.</summary>
    public const int Rounds = 3;

    /// <summary>2 to the power of loss_shift in bpf/tcp_conn.bpf.c, where it is explained.</summary>
    public const int Share = 2048;

    /// <summary>A quarter of that share, so that a path at the edge does not change its kind with each connection.</summary>
    public const int Healed = 4 * Share;

    /// <summary>The share of segments that had to be sent again.</summary>
    public double LostShare => Segments > 0 ? Lost / Segments : 0;

    /// <summary>With one connection more; old ones fade by the learning rate.</summary>
    public PathLoss With(in conn_event record, LearningRate rate)
    {
        var keep = 1 - 1.0 / (1 << rate.Shift);
        return new PathLoss(
            Segments * keep + record.segments, Lost * keep + record.retransmits, Clean * keep + record.clean,
            Queued * keep + record.queued, CleanSegments * keep + record.clean_segments);
    }

    /// <summary>
    /// Whether the path loses without a queue. Once it does, only that hardly anything is lost tells that it does no
    /// more: bbr, which connections have then, keeps packets in a queue of its own at times.
    /// </summary>
    public bool IsLossy(bool before) => before
        ? Lost * Healed >= Segments
        : Clean >= Rounds && Clean >= Queued && CleanSegments * Share > Segments;
}
