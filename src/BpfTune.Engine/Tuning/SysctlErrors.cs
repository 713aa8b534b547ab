namespace BpfTune.Engine.Tuning;

/// <summary>Says in a sentence why a sysctl could not be read or set.</summary>
internal static class SysctlErrors
{
    /// <param name="errno">What the kernel answered.</param>
    /// <param name="name">Full name of the sysctl.</param>
    /// <param name="where">The namespace as a sentence names it.</param>
    /// <param name="wanted">The value that was written; null when it was read.</param>
    internal static string Describe(int errno, string name, string where, string? wanted)
    {
        var failed = wanted is null
            ? $"{name} in {where} cannot be read"
            : $"{name} in {where} cannot be set to '{wanted}'";
        return errno switch
        {
            Errno.ENOENT or Errno.ENOTDIR when wanted is null => $"this kernel has no {name} in {where}",

            // The sysctl was read a moment before; it is the value that names nothing (tcp_congestion_control answers so).
            Errno.ENOENT => $"{failed}: the kernel knows no such value ({Errno.Name(errno)})",
            Errno.EPERM or Errno.EACCES when wanted is null => $"{failed}: permission denied ({Errno.Name(errno)})",
            Errno.EPERM or Errno.EACCES =>
                $"{failed}: permission denied ({Errno.Name(errno)}); it takes root and CAP_NET_ADMIN there",
            Errno.EINVAL or Errno.ERANGE => $"{failed}: the kernel does not accept that value ({Errno.Name(errno)})",
            Errno.EROFS => $"{failed}: /proc/sys is mounted read-only ({Errno.Name(errno)})",
            _ => $"{failed}: {ErrorPhrase.Of(errno)}",
        };
    }

    /// <summary>The kernel took the write without an error and changed nothing.</summary>
    internal static string Ignored(string name, string where, string wanted, string kept) =>
        $"{name} in {where} cannot be set to '{wanted}': the kernel took the write and kept '{kept}'";
}
