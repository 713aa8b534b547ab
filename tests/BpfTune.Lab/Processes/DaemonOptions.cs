namespace BpfTune.Lab;

/// <summary>Which daemon to start, and how.</summary>
public sealed record DaemonOptions
{
    /// <summary>The executable, or a .dll for the 'dotnet' host.</summary>
    public required string Path { get; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables beyond those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Sees each line as it comes, on a thread of the pool, one at a time for each of the two outputs.</summary>
    public Action<DaemonLine>? OnLine { get; init; }
}
