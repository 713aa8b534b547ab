namespace BpfTune.LibBpf;

/// <summary>Where the kernel's trace events are, if they are mounted.</summary>
internal static class TraceFs
{
    private static readonly string[] s_places = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    internal static bool IsMounted => Root() is not null;

    /// <summary>The mounted tracefs; null when there is none.</summary>
    internal static string? Root() => Array.Find(s_places, static p => Directory.Exists(p + "/events"));
}
