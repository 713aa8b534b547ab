using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace BpfTune.LibBpf;

/// <summary>What the kernel's lockdown and this process's capabilities say about a refusal.</summary>
public static unsafe class KernelSecurity
{
    private const int CapSysAdmin = 21;
    private const int CapPerfmon = 38;
    private const int CapBpf = 39;
    private const string LockdownFile = "/sys/kernel/security/lockdown";

    private static readonly Lazy<string?> s_lockdown = new(ReadLockdown);

    /// <summary>
    /// The lockdown level ('none', 'integrity', 'confidentiality'); null when the kernel has no lockdown or does not
    /// tell this process. Asked once: it can rise while the system runs, but not by itself.
    /// </summary>
    public static string? LockdownLevel() => s_lockdown.Value;

    /// <summary>
    /// The capabilities that this process lacks for loading programs, in words; null when it lacks none, or /proc is
    /// not there to tell.
    /// </summary>
    public static string? MissingCapabilities()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith("CapEff:", StringComparison.Ordinal))
                    return Missing(ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }

        return null;
    }

    /// <summary>
    /// How many bytes this process may lock; null when there is no limit, or nobody knows it. BPF programs and maps count
    /// as locked memory before Linux 5.11.
    /// </summary>
    public static long? LockedMemoryLimit()
    {
        try
        {
            return ParseLockedMemory(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static long? ParseLockedMemory(IEnumerable<string> limits)
    {
        const string Name = "Max locked memory";
        foreach (var line in limits)
        {
            if (line.StartsWith(Name, StringComparison.Ordinal))
            {
                // 'unlimited' is no number.
                var words = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return words.Length > 0 && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
            }
        }

        return null;
    }

    internal static string? ParseLevel(string text)
    {
        var begin = text.IndexOf('[', StringComparison.Ordinal);
        var end = text.IndexOf(']', StringComparison.Ordinal);
        return begin >= 0 && end > begin ? text[(begin + 1)..end] : null;
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

    private static string? ReadLockdown()
    {
        try
        {
            return ParseLevel(File.ReadAllText(LockdownFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ReadLockdownDetached();
        }
    }

    /// <summary>
    /// Containers and small systems do not mount securityfs. A detached mount (fsmount(2), since 5.2) shows it to this
    /// process alone, and is gone when its descriptor is closed.
    /// </summary>
    private static string? ReadLockdownDetached()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var mount = -1;
        fixed (byte* type = "securityfs\0"u8)
        {
            var context = (int)Interop.fsopen(Interop.FsOpenNumber, type, Interop.FsOpenCloseOnExec);
            if (context < 0)
                return null;
            if (Interop.fsconfig(Interop.FsConfigNumber, context, Interop.FsConfigCreate, 0, 0, 0) == 0)
                mount = (int)Interop.fsmount(Interop.FsMountNumber, context, Interop.FsMountCloseOnExec, 0);
            _ = Interop.close(context);
        }

        if (mount < 0)
            return null;
        var file = Interop.openat(mount, "lockdown", Interop.OpenReadOnly | Interop.OpenCloseOnExec);
        _ = Interop.close(mount);
        if (file < 0)
            return null;

        Span<byte> text = stackalloc byte[128];
        fixed (byte* p = text)
        {
            var count = Interop.read(file, p, (nuint)text.Length);
            _ = Interop.close(file);
            return count > 0 ? ParseLevel(Encoding.ASCII.GetString(text[..(int)count])) : null;
        }
    }
}
