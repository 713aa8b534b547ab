using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.LibBpf;

/// <summary>Opens the directory that stands for a cgroup, which File.OpenHandle refuses to do.</summary>
public static class CgroupDirectory
{
    /// <summary>Opens a cgroup for <see cref="BpfProgram.AttachCgroup"/>.</summary>
    /// <param name="path">A directory on a cgroup2 file system.</param>
    /// <exception cref="BpfException">It is not there or cannot be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var fd = Interop.open(path, Interop.OpenReadOnly | Interop.OpenDirectory | Interop.OpenCloseOnExec);
        if (fd < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw new BpfException($"cannot open cgroup {path}: {Errno.Describe(errno)}", path, errno)
            {
                Reason = Errno.Words(errno),
            };
        }

        return new SafeFileHandle(fd, ownsHandle: true);
    }
}
