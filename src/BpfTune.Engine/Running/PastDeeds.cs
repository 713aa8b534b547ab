using BpfTune.Engine.Control;

namespace BpfTune.Engine.Running;

/// <summary>
/// What tuners had done when they were stopped: they may be tried again, replaced or gone, and the summary tells of it all
/// the same.
/// </summary>
internal sealed class PastDeeds
{
    /// <summary>Sentences of one tuner; one that was replaced again and again has its latest.</summary>
    internal const int Each = 16;

    private readonly SortedDictionary<string, List<string>> _deeds = new(StringComparer.Ordinal);

    /// <summary>By tuner.</summary>
    public IEnumerable<DeedReport> All => _deeds.SelectMany(of => of.Value, (of, deed) => new DeedReport(of.Key, deed));

    /// <summary>A tuner has stopped for good: another takes its place, or none.</summary>
    public void Keep(RunningTuner tuner) => Keep(tuner.Name, tuner.Deeds);

    internal void Keep(string name, IReadOnlyList<string> deeds)
    {
        if (deeds.Count == 0)
            return;
        if (!_deeds.TryGetValue(name, out var kept))
            _deeds[name] = kept = [];
        kept.AddRange(deeds);
        kept.RemoveRange(0, Math.Max(0, kept.Count - Each));
    }
}
