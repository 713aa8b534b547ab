using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Loop;

/// <summary>
/// Says what went wrong, of each kind at most once a minute: a fault may come with every event. It reads the clock and
/// needs no timer.
/// </summary>
internal sealed class FaultLog(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Says it now, or counts it.</summary>
    /// <param name="what">What failed: a constant, of which there are a few.</param>
    /// <param name="e">How.</param>
    internal void Report(string what, Exception e)
    {
        if (!_kinds.TryGetValue(what, out var kind))
            _kinds.Add(what, kind = new Kind());
        if (kind.ToldAt is { } at && time.GetElapsedTime(at) < s_interval)
        {
            kind.Untold++;
            return;
        }

        LoopLog.Failed(log, what, FaultText.Of(e), kind.Untold);
        LoopLog.Stack(log, FaultText.Stack(e));
        kind.ToldAt = time.GetTimestamp();
        kind.Untold = 0;
    }

    private sealed class Kind
    {
        public long? ToldAt { get; set; }

        public long Untold { get; set; }
    }
}
