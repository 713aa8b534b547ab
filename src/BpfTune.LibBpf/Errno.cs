using System.Globalization;

namespace BpfTune.LibBpf;

/// <summary>Linux error numbers (the same on x86-64 and arm64) and libbpf's own (4000 and up), by name and in words.</summary>
public static class Errno
{
#pragma warning disable CS1591 // The names are those of errno(3).
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int E2BIG = 7;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int ENOTDIR = 20;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int ERANGE = 34;
    public const int EDEADLK = 35;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
    public const int ENODATA = 61;
    public const int EPROTO = 71;
    public const int EOVERFLOW = 75;
    public const int EOPNOTSUPP = 95;
    public const int EADDRNOTAVAIL = 99;
    public const int ETIMEDOUT = 110;
    public const int EALREADY = 114;
    public const int ESTALE = 116;
#pragma warning restore CS1591

    /// <summary>ENOTSUPP of the kernel's inside, which leaks out of bpf(2) and which strerror does not know.</summary>
    public const int KernelNotSupported = 524;

    private static readonly Dictionary<int, (string Name, string Words)> s_known = new()
    {
        [EPERM] = ("EPERM", "not permitted"),
        [ENOENT] = ("ENOENT", "not found"),
        [ESRCH] = ("ESRCH", "not found"),
        [EINTR] = ("EINTR", "interrupted by a signal"),
        [EIO] = ("EIO", "input/output error"),
        [ENXIO] = ("ENXIO", "no such device"),
        [E2BIG] = ("E2BIG", "too big"),
        [EBADF] = ("EBADF", "not an open descriptor of the right kind"),
        [EAGAIN] = ("EAGAIN", "busy for the moment"),
        [ENOMEM] = ("ENOMEM", "out of memory"),
        [EACCES] = ("EACCES", "access denied"),
        [EFAULT] = ("EFAULT", "bad address"),
        [EBUSY] = ("EBUSY", "in use"),
        [EEXIST] = ("EEXIST", "there already"),
        [ENODEV] = ("ENODEV", "no such device"),
        [ENOTDIR] = ("ENOTDIR", "not a directory"),
        [EINVAL] = ("EINVAL", "invalid argument"),
        [ENFILE] = ("ENFILE", "too many open files in the system"),
        [EMFILE] = ("EMFILE", "too many open files in this process"),
        [ENOSPC] = ("ENOSPC", "no space left"),
        [EROFS] = ("EROFS", "read-only file system"),
        [ERANGE] = ("ERANGE", "out of range"),
        [EDEADLK] = ("EDEADLK", "would deadlock"),
        [ENOSYS] = ("ENOSYS", "this kernel has no such system call"),
        [ELOOP] = ("ELOOP", "too many symbolic links"),
        [ENODATA] = ("ENODATA", "no data"),
        [EPROTO] = ("EPROTO", "protocol error"),
        [EOVERFLOW] = ("EOVERFLOW", "too large for its type"),
        [EOPNOTSUPP] = ("EOPNOTSUPP", "not supported by this kernel"),
        [EADDRNOTAVAIL] = ("EADDRNOTAVAIL", "no such address"),
        [ETIMEDOUT] = ("ETIMEDOUT", "timed out"),
        [EALREADY] = ("EALREADY", "already under way"),
        [ESTALE] = ("ESTALE", "stale handle"),
        [KernelNotSupported] = ("ENOTSUPP", "not supported by this kernel"),
        [4000] = ("LIBBPF_ERRNO__LIBELF", "libelf cannot read it"),
        [4001] = ("LIBBPF_ERRNO__FORMAT", "not a valid BPF object"),
        [4002] = ("LIBBPF_ERRNO__KVERSION", "the version section is missing or wrong"),
        [4003] = ("LIBBPF_ERRNO__ENDIAN", "built for the other byte order"),
        [4004] = ("LIBBPF_ERRNO__INTERNAL", "an internal error of libbpf"),
        [4005] = ("LIBBPF_ERRNO__RELOC", "a relocation failed"),
        [4006] = ("LIBBPF_ERRNO__LOAD", "the load failed for an unknown reason"),
        [4007] = ("LIBBPF_ERRNO__VERIFY", "the verifier rejected the program"),
        [4008] = ("LIBBPF_ERRNO__PROG2BIG", "the program is too big"),
        [4009] = ("LIBBPF_ERRNO__KVER", "wrong kernel version"),
        [4010] = ("LIBBPF_ERRNO__PROGTYPE", "this kernel does not support the program type"),
        [4011] = ("LIBBPF_ERRNO__WRNGPID", "a netlink message with the wrong pid"),
        [4012] = ("LIBBPF_ERRNO__INVSEQ", "a netlink message out of sequence"),
        [4013] = ("LIBBPF_ERRNO__NLPARSE", "a netlink message that cannot be parsed"),
    };

    /// <summary>The symbolic name, such as 'ESRCH'; 'errno 77' for a number not known here.</summary>
    /// <param name="errno">The error number, of either sign.</param>
    public static string Name(int errno)
    {
        errno = Math.Abs(errno);
        return s_known.TryGetValue(errno, out var known)
            ? known.Name
            : string.Create(CultureInfo.InvariantCulture, $"errno {errno}");
    }

    /// <summary>In plain words with the name behind: 'not permitted (EPERM)'.</summary>
    /// <param name="errno">The error number, of either sign.</param>
    public static string Describe(int errno) => $"{Words(errno)} ({Name(errno)})";

    internal static string Words(int errno) =>
        s_known.TryGetValue(Math.Abs(errno), out var known) ? known.Words : "failed";
}
