using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.LibBpf;

/// <summary>A file in memory, for functions that take a path only. It is gone when it is disposed of.</summary>
internal sealed unsafe class MemoryFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private MemoryFile(SafeFileHandle handle)
    {
        _handle = handle;
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{(int)handle.DangerousGetHandle()}");
    }

    internal string Path { get; }

    /// <summary>Makes one; null when the kernel or the sandbox does not let it, or not let it be opened by its path.</summary>
    internal static MemoryFile? TryCreate(string name, ReadOnlySpan<byte> content)
    {
        var fd = Interop.memfd_create(name, Interop.MemfdCloseOnExec);
        if (fd < 0)
            return null;
        var file = new MemoryFile(new SafeFileHandle(fd, ownsHandle: true));
        if (Write(fd, content) && File.Exists(file.Path))
            return file;
        file.Dispose();
        return null;
    }

    public void Dispose() => _handle.Dispose();

    private static bool Write(int fd, ReadOnlySpan<byte> content)
    {
        fixed (byte* start = content)
        {
            for (var done = 0; done < content.Length;)
            {
                var count = Interop.write(fd, start + done, (nuint)(content.Length - done));
                if (count <= 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
                    return false;
                done += (int)Math.Max(count, 0);
            }
        }

        return true;
    }
}
