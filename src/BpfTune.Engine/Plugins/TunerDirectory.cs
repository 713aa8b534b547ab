namespace BpfTune.Engine.Plugins;

/// <summary>A place where tuners are looked for.</summary>
/// <param name="Path">Made absolute, links not resolved.</param>
/// <param name="State">What is there.</param>
/// <param name="Detail">
/// For a refused one why ('the directory /opt is owned by user 1000, not by root'); for a duplicate the path of the
/// first; else null.
/// </param>
public sealed record TunerDirectory(string Path, TunerDirectoryState State, string? Detail);
