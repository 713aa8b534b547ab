using BpfTune.Lab.Native;

namespace BpfTune.Lab;

/// <summary>CPU time of another process with all its threads, also those that have ended, in nanoseconds.</summary>
internal static unsafe class ProcessClock
{
    /// <summary>Seconds on a CPU so far.</summary>
    /// <exception cref="LabException">There is no such process.</exception>
    internal static double CpuSeconds(int pid)
    {
        int clock;
        Interop.TimeSpec time;
        return Interop.ClockGetCpuClockId(pid, &clock) == 0 && Interop.ClockGetTime(clock, &time) == 0
            ? time.Seconds + (time.Nanoseconds / 1e9)
            : throw new LabException($"there is no process {pid} to measure");
    }
}
