namespace BpfTune.Settings;

/// <summary>The kinds of sections in a settings file.</summary>
internal enum SectionKind
{
    /// <summary>The daemon's own settings.</summary>
    Main,

    /// <summary>What holds for a tunable or a pattern of them.</summary>
    Tunable,

    /// <summary>What holds in a network namespace or a pattern of them.</summary>
    Namespace,
}
