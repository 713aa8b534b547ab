namespace BpfTune.LibBpf;

/// <summary>The version of the native libbpf that this process has loaded.</summary>
public static class LibBpfVersion
{
    /// <summary>The oldest that is used: 1.0 ended the old error conventions.</summary>
    public static Version Minimum { get; } = new(1, 0);

    /// <summary>The loaded library's version, such as 1.1.</summary>
    /// <exception cref="PlatformNotSupportedException">libbpf.so.1 is not installed or cannot be loaded.</exception>
    public static Version Current => LibBpfRuntime.Version;

    /// <summary>The loaded library's version, or why there is none.</summary>
    /// <param name="version">The version, when true is returned.</param>
    /// <param name="reason">What to do, when false is returned.</param>
    public static bool TryGet(out Version? version, out string? reason)
    {
        try
        {
            version = LibBpfRuntime.Version;
            reason = null;
            return true;
        }
        catch (PlatformNotSupportedException e)
        {
            version = null;
            reason = e.Message;
            return false;
        }
    }
}
