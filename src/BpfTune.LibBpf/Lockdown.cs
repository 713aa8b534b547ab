namespace BpfTune.LibBpf;

/// <summary>What the kernel's lockdown and this process's capabilities say about a refusal.</summary>
internal static class Lockdown
{
    private const int CapSysAdmin = 21;
    private const int CapPerfmon = 38;
    private const int CapBpf = 39;

    /// <summary>
    /// The lockdown level ('none', 'integrity', 'confidentiality'); null when securityfs is not mounted or the kernel
    /// has no lockdown, so that nobody can tell.
    /// </summary>
    internal static string? Level()
    {
        try
        {
            return ParseLevel(File.ReadAllText("/sys/kernel/security/lockdown"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static string? ParseLevel(string text)
    {
        var begin = text.IndexOf('[', StringComparison.Ordinal);
        var end = text.IndexOf(']', StringComparison.Ordinal);
        return begin >= 0 && end > begin ? text[(begin + 1)..end] : null;
    }

    /// <summary>The capabilities this process lacks for loading programs, in words; null when it has them all.</summary>
    internal static string? MissingCapabilities()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith("CapEff:", StringComparison.Ordinal))
                    return Missing(ulong.Parse(line.AsSpan(7).Trim(), System.Globalization.NumberStyles.HexNumber, null));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // Without /proc nothing is known of the capabilities, and nothing is said of them.
            return null;
        }

        return null;
    }

    internal static string? Missing(ulong effective)
    {
        // CAP_SYS_ADMIN stands in for both: bpf_capable() and perfmon_capable() of linux/capability.h.
        if (Has(effective, CapSysAdmin) || (Has(effective, CapBpf) && Has(effective, CapPerfmon)))
            return null;
        return (Has(effective, CapBpf), Has(effective, CapPerfmon)) switch
        {
            (false, false) => "CAP_BPF and CAP_PERFMON",
            (false, true) => "CAP_BPF",
            _ => "CAP_PERFMON",
        };

        static bool Has(ulong set, int capability) => (set & (1UL << capability)) != 0;
    }
}
