namespace BpfTune.Engine.Plugins;

/// <summary>Whose files are loaded. Root's alone; tests, which may run as anybody, say otherwise.</summary>
internal sealed record TunerTrust
{
    internal static TunerTrust Root { get; } = new();

    /// <summary>The user who must own files and directories.</summary>
    internal uint Owner { get; init; }

    /// <summary>A directory in full: it and those above it are not looked at. Null, the rule: all are.</summary>
    internal string? Anchor { get; init; }
}
