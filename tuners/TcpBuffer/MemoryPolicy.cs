using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>How tcp_mem moves when TCP's memory comes near its marks. All in pages.</summary>
internal static class MemoryPolicy
{
    /// <summary>The marks for an allocation near the pressure mark: each a step up, within its share of the machine's buffer memory.</summary>
    /// <param name="marks">tcp_mem: min, pressure, max.</param>
    /// <param name="freeBufferPages">See <see cref="BufferMemory"/>; 0 when unknown, then nothing is raised.</param>
    /// <param name="rate">The step.</param>
    public static TunableValue Raise(TunableValue marks, long freeBufferPages, LearningRate rate)
    {
        var maximum = Upto(marks[TcpTunables.Maximum], freeBufferPages / 4, rate);
        var pressure = Math.Min(Upto(marks[TcpTunables.Pressure], freeBufferPages / 8, rate), maximum);
        var minimum = Math.Min(Upto(marks[TcpTunables.Minimum], freeBufferPages / 16, rate), pressure);
        return TunableValue.Of(minimum, pressure, maximum);
    }

    /// <summary>Whether TCP is near its maximum and the maximum cannot be raised any more.</summary>
    public static bool IsExhausted(long allocated, TunableValue marks, long freeBufferPages, LearningRate rate) =>
        rate.IsNear(allocated, marks[TcpTunables.Maximum])
        && Raise(marks, freeBufferPages, rate)[TcpTunables.Maximum] <= marks[TcpTunables.Maximum];

    /// <summary>Whether memory has eased: below the pressure mark by a step.</summary>
    public static bool HasEased(long allocated, TunableValue marks, LearningRate rate) =>
        !rate.IsNear(allocated, marks[TcpTunables.Pressure]);

    private static long Upto(long mark, long most, LearningRate rate) => mark >= most ? mark : Math.Min(rate.Raise(mark), most);
}
