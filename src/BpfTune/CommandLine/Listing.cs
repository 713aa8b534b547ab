namespace BpfTune.CommandLine;

/// <summary>A listing of the running daemon.</summary>
/// <param name="Query">The query's name in the control protocol.</param>
/// <param name="Tuner">One tuner only.</param>
/// <param name="Limit">At most so many entries.</param>
internal sealed record Listing(string Query, string? Tuner = null, int? Limit = null);
