namespace BpfTune.LibBpf;

/// <summary>How grave libbpf takes a line of its own printing to be: enum libbpf_print_level.</summary>
public enum LibBpfLogLevel
{
    /// <summary>Something failed, or an optional thing was missing: libbpf does not tell these two apart.</summary>
    Warning = 0,

    /// <summary>For information.</summary>
    Information = 1,

    /// <summary>Every step of every load: hundreds of lines.</summary>
    Debug = 2,
}
