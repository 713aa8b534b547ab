namespace BpfTune.Engine.Plugins;

/// <summary>A note that a tuner is to be left out.</summary>
/// <param name="Hash">The content of its file: another one is not meant.</param>
/// <param name="Crashes">How often a daemon ended in the midst of its code.</param>
/// <param name="Until">When that ends, on the machine's monotonic clock; null when somebody has to lift it.</param>
/// <param name="Reason">A clause: 'it did not return from a timer …'.</param>
internal sealed record HeldTuner(string Hash, int Crashes, TimeSpan? Until, string Reason);
