namespace BpfTune.Engine.Loop;

/// <summary>A descriptor that the loop watches.</summary>
/// <param name="fd">The descriptor.</param>
/// <param name="what">What it is for, as a log line names it: 'the control socket'.</param>
/// <param name="onReadable">Called when it can be read, or may be.</param>
internal sealed class LoopSource(int fd, string what, Action onReadable)
{
    // A descriptor that stays readable while its handler fails would have the loop do nothing else.
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_forget = TimeSpan.FromMinutes(10);

    internal int Fd { get; } = fd;

    internal string What { get; } = what;

    internal Action OnReadable { get; } = onReadable;

    internal GrowingPauses Pauses { get; } = new(s_first, s_longest, s_forget);

    /// <summary>Runs out when a pause ends; null while it is watched.</summary>
    internal IDisposable? Pause { get; set; }
}
