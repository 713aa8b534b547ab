namespace BpfTune.Engine.Kernel;

/// <summary>The kernel's lockdown, which withholds tracing from root too (kernel_lockdown(7)).</summary>
public static class LockdownLevel
{
    private const string File = "/sys/kernel/security/lockdown";

    /// <summary>'none', 'integrity' or 'confidentiality'; null when the kernel has no lockdown or securityfs is not mounted.</summary>
    public static string? Read() => System.IO.File.Exists(File) ? Parse(System.IO.File.ReadAllText(File)) : null;

    /// <summary>The level in force stands in brackets: '[none] integrity confidentiality'.</summary>
    internal static string? Parse(string text)
    {
        var begin = text.IndexOf('[', StringComparison.Ordinal);
        var end = text.IndexOf(']', StringComparison.Ordinal);
        return begin >= 0 && end > begin + 1 ? text[(begin + 1)..end] : null;
    }
}
