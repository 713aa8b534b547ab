using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>
/// What an algorithm achieved on one connection, from the same phase of each: once its start was over, and while nothing
/// but the path held it back.
/// </summary>
/// <param name="Rtt">Mean round trip, microseconds.</param>
/// <param name="MinRtt">Least round trip, microseconds.</param>
/// <param name="Rate">Bytes delivered per second.</param>
internal readonly record struct ConnectionOutcome(double Rtt, double MinRtt, double Rate)
{
    /// <summary>Reads an event. False when the connection was too short, or held back by its ends: that says nothing of an algorithm.</summary>
    public static bool TryRead(in conn_event record, out ConnectionOutcome outcome)
    {
        outcome = default;
        if (record.bytes == 0 || record.duration_ns == 0 || record.rtt_us == 0)
            return false;
        outcome = new ConnectionOutcome(
            record.rtt_us, record.min_rtt_us == 0 ? record.rtt_us : record.min_rtt_us, record.bytes * 1e9 / record.duration_ns);
        return true;
    }
}
