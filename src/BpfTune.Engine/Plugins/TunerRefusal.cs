namespace BpfTune.Engine.Plugins;

/// <summary>A file that looks like a tuner and is not loaded.</summary>
/// <param name="Path">The file in full; what cannot be printed of it becomes '?'.</param>
/// <param name="Reason">A clause with its subject: 'it is owned by user 1000, not by root'.</param>
public sealed record TunerRefusal(string Path, string Reason)
{
    /// <summary>The file in full, on one line: a file's name may hold a line break.</summary>
    public string Path { get; } = Loop.FaultText.OneLine(Path);

    /// <inheritdoc/>
    public override string ToString() => $"{Path} is refused: {Reason}";
}
