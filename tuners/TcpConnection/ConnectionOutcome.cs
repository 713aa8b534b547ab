using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>What an algorithm achieved on one connection.</summary>
/// <param name="Rtt">Smoothed round trip, microseconds.</param>
/// <param name="MinRtt">Least round trip, microseconds.</param>
/// <param name="Rate">Bytes acknowledged per second in which there was something to send.</param>
internal readonly record struct ConnectionOutcome(double Rtt, double MinRtt, double Rate)
{
    /// <summary>Less time than that, in jiffies, is not measured well enough to tell rates apart.</summary>
    private const uint LeastBusy = 3;

    /// <summary>
    /// Reads an event. False when it says nothing about the algorithm: too short, or held back by the receiver's window
    /// or the send buffer for most of the time.
    /// </summary>
    public static bool TryRead(in conn_event record, out ConnectionOutcome outcome)
    {
        outcome = default;
        if (record.bytes == 0 || record.rtt_us == 0 || record.duration == 0 || record.busy < LeastBusy
            || (ulong)record.limited * 2 > record.busy)
        {
            return false;
        }

        // How long a jiffy is only the kernel's build knows; the connection's age in both units tells.
        var busy = Math.Min(1, (double)record.busy / record.duration) * record.duration_ns / 1e9;
        if (busy <= 0)
            return false;
        outcome = new ConnectionOutcome(
            record.rtt_us, record.min_rtt_us == 0 ? record.rtt_us : record.min_rtt_us, record.bytes / busy);
        return true;
    }
}
