namespace BpfTune.Engine.Control;

/// <summary>What the daemon did since its start.</summary>
/// <param name="Changes">Changes of tunables, one entry for each tuner, tunable, namespace and scenario.</param>
/// <param name="Deeds">What tuners did by other means.</param>
public sealed record RunSummary(IReadOnlyList<ChangeSummary> Changes, IReadOnlyList<DeedReport> Deeds);

/// <summary>Something that a tuner did and that is no change of a tunable.</summary>
/// <param name="Tuner">Its name.</param>
/// <param name="Text">What, as a sentence without a full stop.</param>
public sealed record DeedReport(string Tuner, string Text);
