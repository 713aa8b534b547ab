using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>Decides about SYN cookies and tcp_max_syn_backlog when a SYN queue overflows.</summary>
internal static class SynPolicy
{
    /// <summary>The backlog is never lowered below this.</summary>
    public const long LeastBacklog = 128;

    /// <summary>Nor raised above this: a request takes about 300 bytes, so 20 MB a listener.</summary>
    public const long MostBacklog = 65536;

    /// <summary>So many bad cookies without a good one show that cookies only cost.</summary>
    public const long BadCookies = 1024;

    private const double Correlated = 0.75;
    private const double Uncorrelated = 0.25;
    private const int Samples = 10;

    /// <summary>The decision for what was counted in an interval.</summary>
    /// <param name="interval">Counted since the last look.</param>
    /// <param name="total">Counted since the tuner began.</param>
    /// <param name="history">Floods against accepted connections, interval by interval.</param>
    /// <param name="cookies">Whether tcp_syncookies is on.</param>
    /// <param name="memoryLow">TCP's memory is near its pressure mark.</param>
    public static SynDecision Decide(SynCounters interval, SynCounters total, Correlation history, bool cookies, bool memoryLow)
    {
        if (interval.Floods <= 0)
            return SynDecision.Wait;
        if (cookies && total.BadCookies >= BadCookies && total.GoodCookies == 0)
            return SynDecision.CookiesOff;
        if (memoryLow)
            return cookies ? SynDecision.Wait : SynDecision.CookiesOn;

        // With few samples, or at a steady rate, the share of real connections says what a correlation cannot.
        var share = (double)interval.Accepted / (interval.Accepted + interval.Floods);
        if (history.IsAbove(Correlated, Samples) || share >= 0.5)
            return SynDecision.RaiseBacklog;
        return history.Count >= Samples && history.Coefficient < Uncorrelated && share < 1.0 / 16
            ? SynDecision.LowerBacklog
            : SynDecision.Wait;
    }

    /// <summary>The backlog after a decision.</summary>
    public static long Backlog(long backlog, SynDecision decision, LearningRate rate) => decision switch
    {
        SynDecision.RaiseBacklog => rate.Raise(backlog, MostBacklog),
        SynDecision.LowerBacklog => rate.Lower(backlog, LeastBacklog),
        _ => backlog,
    };
}
