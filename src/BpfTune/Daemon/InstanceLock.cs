using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Daemon;

/// <summary>
/// Keeps a second daemon out: two would undo each other's work and write one journal. The lock is on the file's
/// descriptor, so that a daemon that was killed leaves none; the file itself stays, since removing it would let two
/// processes lock two files of the same name.
/// </summary>
internal sealed class InstanceLock : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK
    private readonly SafeFileHandle _file;

    private InstanceLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock and writes the process id into the file.</summary>
    /// <param name="path">The file; its directory is made if it is absent.</param>
    /// <param name="processId">Written for whoever comes second.</param>
    /// <exception cref="InstanceRunningException">Another daemon holds it.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Its directory may not be made.</exception>
    internal static InstanceLock Acquire(string path, int processId)
    {
        Directory.CreateDirectory(
            Path.GetDirectoryName(path)!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var file = Open(path, Interop.OpenReadWrite | Interop.OpenCreate);
        if (Interop.Lock(file, Interop.LockExclusive | Interop.LockNoWait) == 0)
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{processId}\n")), 0);
            return new InstanceLock(file);
        }

        var errno = Marshal.GetLastPInvokeError();
        var holder = errno == WouldBlock ? ReadProcessId(file) : null;
        file.Dispose();
        throw errno == WouldBlock
            ? new InstanceRunningException(holder)
            : new IOException($"{path} cannot be locked: {new Win32Exception(errno).Message}");
    }

    /// <summary>The process id of the daemon that holds the lock; null when none does, or when that cannot be told.</summary>
    internal static int? Holder(string path)
    {
        try
        {
            using var file = Open(path, Interop.OpenReadOnly);
            // Shared, so that two who look do not see each other; let go of at once, with the descriptor.
            return Interop.Lock(file, Interop.LockShared | Interop.LockNoWait) == 0 ? null : ReadProcessId(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_file.IsClosed)
            RandomAccess.SetLength(_file, 0);
        _file.Dispose();
    }

    // Not by File.OpenHandle: the runtime takes a flock of its own on every file that it opens.
    private static SafeFileHandle Open(string path, int flags)
    {
        var fd = Interop.Open(path, flags | Interop.OpenCloseOnExec, Convert.ToUInt32("644", 8));
        return fd < 0
            ? throw new IOException($"{path} cannot be opened: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}")
            : new SafeFileHandle(fd, ownsHandle: true);
    }

    private static int? ReadProcessId(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
