namespace BpfTune.Doctor;

/// <summary>A place where tuners were looked for.</summary>
/// <param name="Path">The directory.</param>
/// <param name="State"><c>present</c>, <c>absent</c>, <c>duplicate</c> or <c>refused</c>.</param>
/// <param name="Detail">Why it was refused, or which directory it is the same as.</param>
/// <param name="Tuners">Names of the tuners taken from it.</param>
internal sealed record DirectoryReport(string Path, string State, string? Detail, IReadOnlyList<string> Tuners);
