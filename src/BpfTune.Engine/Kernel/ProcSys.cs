namespace BpfTune.Engine.Kernel;

/// <summary>Whether sysctls can be written at all.</summary>
public static class ProcSys
{
    private const string Probe = "/proc/sys/net/ipv4/tcp_rmem";

    /// <summary>Why no tunable can be changed, in one sentence; null when they can.</summary>
    public static string? WhyNotWritable() => WhyNotWritable(Probe);

    internal static string? WhyNotWritable(string file)
    {
        // Opened for writing and closed again; nothing is written, so nothing changes.
        using var handle = Interop.Files.Open(null, file, Interop.Files.WriteOnly, out var errno);
        return handle is null ? Problem(errno) : null;
    }

    internal static string Problem(int errno) => errno switch
    {
        LibBpf.Errno.EROFS => "/proc/sys is mounted read-only, as in an unprivileged container: nothing can be tuned",
        LibBpf.Errno.EACCES or LibBpf.Errno.EPERM => "this process may not write below /proc/sys: run bpftune as root",
        LibBpf.Errno.ENOENT => "/proc/sys/net/ipv4 is not there: /proc is not mounted, or this kernel has no IPv4",
        _ => $"/proc/sys cannot be written: {LibBpf.Errno.Describe(errno)}",
    };
}
