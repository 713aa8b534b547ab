namespace BpfTune.Engine.Plugins;

/// <summary>A tuner as <see cref="TunerCalls"/> knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">Which content its file had.</param>
/// <param name="Slot">Its place in the <see cref="CallMark"/>; 0 for none.</param>
public sealed record TunerCallSite(string Name, string Hash, int Slot);
