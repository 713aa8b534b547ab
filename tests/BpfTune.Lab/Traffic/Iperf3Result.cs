using System.Text.Json;

namespace BpfTune.Lab;

/// <summary>What iperf3 says, as its receiver saw it.</summary>
/// <param name="Bytes">Bytes received.</param>
/// <param name="Seconds">Time of the test.</param>
/// <param name="Mbit">Mean in Mbit/s.</param>
/// <param name="PerSecond">Mbit/s in each second, as the sender saw it.</param>
/// <param name="Retransmits">Segments sent again.</param>
public sealed record Iperf3Result(long Bytes, double Seconds, double Mbit, IReadOnlyList<double> PerSecond, long Retransmits)
{
    /// <summary>Mean of the seconds after the first half.</summary>
    public double SteadyMbit => PerSecond.Count > 1 ? PerSecond.Skip(PerSecond.Count / 2).Average() : Mbit;

    /// <summary>Reads the output of 'iperf3 -J'.</summary>
    /// <exception cref="LabException">iperf3 says that it failed, or it is no such output.</exception>
    public static Iperf3Result Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("error", out JsonElement error))
            {
                throw new LabException("iperf3: " + error.GetString());
            }

            JsonElement end = root.GetProperty("end");
            JsonElement received = end.GetProperty("sum_received");
            return new Iperf3Result(
                received.GetProperty("bytes").GetInt64(),
                received.GetProperty("seconds").GetDouble(),
                received.GetProperty("bits_per_second").GetDouble() / 1e6,
                [.. root.GetProperty("intervals").EnumerateArray().Select(one => one.GetProperty("sum").GetProperty("bits_per_second").GetDouble() / 1e6)],
                end.GetProperty("sum_sent").TryGetProperty("retransmits", out JsonElement again) ? again.GetInt64() : 0);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new LabException("not the JSON of iperf3: " + exception.Message, exception);
        }
    }
}
