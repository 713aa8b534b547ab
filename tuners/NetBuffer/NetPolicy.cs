using BpfTune.Sdk;

namespace BpfTune.Tuners.NetBuffer;

/// <summary>How the backlog of received packets and the budget for polling move.</summary>
internal static class NetPolicy
{
    /// <summary>Packets: some 150 MB for each CPU if all were of wire size.</summary>
    public const long MostBacklog = 65_536;

    /// <summary>Packets in one round of polling: sixteen times the kernel's default.</summary>
    public const long MostBudget = 4800;

    /// <summary>Microseconds in one round of polling: nothing else runs on that CPU meanwhile.</summary>
    public const long MostBudgetTime = 10_000;

    /// <summary>Rounds cut short that are of no account within a minute: one a second.</summary>
    public const long FewSqueezes = 60;

    private const double Correlated = 0.75;

    /// <summary>Whether what was dropped within a minute is worth a longer backlog: more than 1/32 of it.</summary>
    public static bool IsBacklogShort(long dropped, long backlog) => dropped > Math.Max(0, backlog) / 32;

    /// <summary>What to do about rounds that were cut short within a minute: a raise, a step back (-1), or nothing.</summary>
    /// <param name="squeezed">How many there were.</param>
    /// <param name="history">The budget against the time that tasks wait for each unit of time that they run.</param>
    public static int BudgetDirection(long squeezed, Correlation history)
    {
        if (history.IsAbove(Correlated))
            return -1;
        return squeezed > FewSqueezes ? 1 : 0;
    }
}
