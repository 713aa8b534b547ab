namespace BpfTune.Engine.Plugins;

/// <summary>What came of looking at a file: the tuner's file, why it is refused, or neither when there is none.</summary>
internal readonly record struct TunerFileCheckResult(TunerFile? File, TunerRefusal? Refusal);
