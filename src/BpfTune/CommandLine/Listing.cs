namespace BpfTune.CommandLine;

/// <summary>A listing of the running daemon.</summary>
/// <param name="Query">The query's name in the control protocol; or jtunables or jstatus, the same in the C program's shape.</param>
/// <param name="Tuner">One tuner only.</param>
/// <param name="Limit">At most so many entries.</param>
/// <param name="All">For advice: what is ignored, too.</param>
internal sealed record Listing(string Query, string? Tuner = null, int? Limit = null, bool All = false);
