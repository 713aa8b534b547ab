namespace BpfTune.Sdk;

/// <summary>
/// How the three marks of a protocol's memory move: tcp_mem and udp_mem (Documentation/networking/ip-sysctl.rst). All
/// in pages.
/// </summary>
public static class MemoryMarks
{
    /// <summary>The member below which the kernel does not moderate.</summary>
    public const int Minimum = 0;

    /// <summary>The member above which it does.</summary>
    public const int Pressure = 1;

    /// <summary>The member above which it refuses memory.</summary>
    public const int Maximum = 2;

    /// <summary>
    /// The marks for an allocation near the pressure mark: each a step up, within its share of the machine's available
    /// memory (1/16, 1/8 and 1/4). A mark that is beyond its share stays.
    /// </summary>
    /// <param name="marks">Min, pressure, max.</param>
    /// <param name="availablePages">See <see cref="BufferMemory"/>; 0 when unknown, then nothing is raised.</param>
    /// <param name="rate">The step.</param>
    public static TunableValue Raise(TunableValue marks, long availablePages, LearningRate rate)
    {
        var maximum = rate.Raise(marks[Maximum], availablePages / 4);
        var pressure = Math.Min(rate.Raise(marks[Pressure], availablePages / 8), maximum);
        var minimum = Math.Min(rate.Raise(marks[Minimum], availablePages / 16), pressure);
        return TunableValue.Of(minimum, pressure, maximum);
    }

    /// <summary>Whether the protocol is near its maximum and the maximum cannot be raised any more.</summary>
    public static bool IsExhausted(long allocated, TunableValue marks, long availablePages, LearningRate rate) =>
        rate.IsNear(allocated, marks[Maximum])
        && Raise(marks, availablePages, rate)[Maximum] <= marks[Maximum];

    /// <summary>Whether memory has eased: below the pressure mark by a step.</summary>
    public static bool HasEased(long allocated, TunableValue marks, LearningRate rate) =>
        !rate.IsNear(allocated, marks[Pressure]);
}
