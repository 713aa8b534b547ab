using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>Decides about SYN cookies and tcp_max_syn_backlog when a SYN queue overflows.</summary>
internal static class SynPolicy
{
    /// <summary>The backlog is never lowered below this.</summary>
    public const long LeastBacklog = 128;

    /// <summary>What a half-open connection takes, in bytes (struct tcp_request_sock, rounded up).</summary>
    public const long RequestSize = 320;

    /// <summary>Nor raised above this: 20 MB a listener.</summary>
    public const long MostBacklog = 65536;

    private const double Correlated = 0.75;
    private const double Uncorrelated = 0.25;
    private const int Samples = 10;

    /// <summary>
    /// The decision for what was counted in an interval. Cookies are only ever turned on: whoever floods a queue can send
    /// back as many bad ones as it takes to make them look useless.
    /// </summary>
    /// <param name="interval">Counted since the last look.</param>
    /// <param name="history">Floods against accepted connections, interval by interval.</param>
    /// <param name="cookies">Whether tcp_syncookies is on.</param>
    /// <param name="memoryLow">TCP's memory is near its pressure mark.</param>
    public static SynDecision Decide(SynCounters interval, Correlation history, bool cookies, bool memoryLow)
    {
        if (interval.Floods <= 0)
            return SynDecision.Wait;
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
    /// <param name="backlog">What it is.</param>
    /// <param name="found">What it was at first: never lowered below that, for a flood must not take room from real clients.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="rate">The step.</param>
    public static long Backlog(long backlog, long found, SynDecision decision, LearningRate rate) => decision switch
    {
        SynDecision.RaiseBacklog => rate.Raise(backlog, MostBacklog),
        SynDecision.LowerBacklog => rate.Lower(backlog, Math.Max(found, LeastBacklog)),
        _ => backlog,
    };
}
