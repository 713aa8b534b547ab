using System.Runtime.InteropServices;
using System.Text;
using static BpfTune.Engine.Interop.Namespaces;

namespace BpfTune.Engine.Tuning;

/// <summary>Reads and writes one file below /proc/sys as the calling thread's namespace shows it, keeping the errno.</summary>
internal static unsafe class SysctlFile
{
    private const int ChunkBytes = 4096;

    /// <summary>The text of a sysctl; null with the errno when it cannot be read.</summary>
    internal static string? TryRead(string path, out int errno)
    {
        using var file = Open(path, OpenReadOnly | OpenCloseOnExec);
        if (file.IsInvalid)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        var buffer = stackalloc byte[ChunkBytes];
        var text = "";
        while (true)
        {
            var length = Read(file, buffer, ChunkBytes);
            if (length < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EINTR)
                    continue;
                return null;
            }

            if (length == 0)
            {
                errno = 0;
                return text;
            }

            text += Encoding.UTF8.GetString(buffer, (int)length);
        }
    }

    /// <summary>Sets a sysctl; 0 or the errno. The kernel takes a value in one write(2) only.</summary>
    internal static int Write(string path, string value)
    {
        // Truncation means nothing to /proc; a test's plain file needs it.
        using var file = Open(path, OpenWriteOnly | OpenTruncate | OpenCloseOnExec);
        if (file.IsInvalid)
            return Marshal.GetLastPInvokeError();
        var bytes = Encoding.UTF8.GetBytes(value + "\n");
        fixed (byte* start = bytes)
        {
            while (Interop.Namespaces.Write(file, start, (nuint)bytes.Length) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                    return errno;
            }
        }

        return 0;
    }
}
