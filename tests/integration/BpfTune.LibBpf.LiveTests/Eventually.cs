using System.Diagnostics;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>Waits for what the kernel does a moment later: it frees programs and maps after a grace period.</summary>
internal static class Eventually
{
    internal static bool Holds(Func<bool> condition)
    {
        for (var time = Stopwatch.StartNew(); time.Elapsed < TimeSpan.FromSeconds(5); Thread.Sleep(5))
        {
            if (condition())
                return true;
        }

        return condition();
    }
}
