using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Daemon;

/// <summary>
/// Keeps a second daemon out: two would undo each other's work and write one journal. The lock is on a file that only
/// its owner can open, since whoever may open a file may lock it; the process id stands in another, which all may read.
/// The lock is on the file's descriptor, so that a daemon that was killed leaves none; the file itself stays, since
/// removing it would let two processes lock two files of the same name.
/// </summary>
internal sealed class InstanceLock : IDisposable
{
    private const string LockSuffix = ".lock";
    private const int WouldBlock = 11; // EWOULDBLOCK
    private const uint OwnerOnly = 0x180; // 0600
    private const uint ReadableByAll = 0x1a4; // 0644

    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly SafeFileHandle _lock;
    private readonly SafeFileHandle _processId;

    private InstanceLock(SafeFileHandle @lock, SafeFileHandle processId)
    {
        _lock = @lock;
        _processId = processId;
    }

    /// <summary>Takes the lock and writes the process id into the file.</summary>
    /// <param name="path">The file with the process id; the lock is beside it. Its directory is made if it is absent.</param>
    /// <param name="processId">Written for whoever comes second.</param>
    /// <exception cref="InstanceRunningException">Another daemon holds it.</exception>
    /// <exception cref="IOException">The files cannot be made, or are somebody else's.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be made.</exception>
    internal static InstanceLock Acquire(string path, int processId)
    {
        MakeDirectory(Path.GetDirectoryName(path)!);
        var held = Own(path + LockSuffix, OwnerOnly);
        try
        {
            if (Interop.Lock(held, Interop.LockExclusive | Interop.LockNoWait) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                throw errno == WouldBlock
                    ? new InstanceRunningException(ReadProcessId(path))
                    : new IOException($"{path}{LockSuffix} cannot be locked: {new Win32Exception(errno).Message}");
            }

            var file = Own(path, ReadableByAll);
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{processId}\n")), 0);
            return new InstanceLock(held, file);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The process id of the daemon that holds the lock; null when none does, or when that cannot be told. Who may not
    /// open the lock is told what the file says, if such a process lives.
    /// </summary>
    internal static int? Holder(string path)
    {
        using var file = TryOpen(path + LockSuffix, Interop.OpenReadOnly, out var errno);
        if (file is null)
            return errno == Interop.AccessDenied && ReadProcessId(path) is { } id && Directory.Exists($"/proc/{id}") ? id : null;
        // Shared, so that two who look do not see each other; let go of at once, with the descriptor.
        return Interop.Lock(file, Interop.LockShared | Interop.LockNoWait) == 0 ? null : ReadProcessId(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_processId.IsClosed)
            RandomAccess.SetLength(_processId, 0);
        _processId.Dispose();
        _lock.Dispose();
    }

    // One that is there already keeps the mode that it was given.
    private static void MakeDirectory(string directory)
    {
        if (Directory.Exists(directory))
            return;
        Directory.CreateDirectory(directory, DirectoryMode);
        // The umask has taken something off; all may look for the process id.
        File.SetUnixFileMode(directory, DirectoryMode);
    }

    /// <summary>Opens or makes a file of our own, with this mode whatever the umask is and whatever mode it had.</summary>
    private static SafeFileHandle Own(string path, uint mode)
    {
        var file = TryOpen(path, Interop.OpenReadWrite | Interop.OpenCreate, out var errno)
            ?? throw new IOException($"{path} cannot be opened: {new Win32Exception(errno).Message}");
        // A link to some other file, or somebody else's, would be locked and written in his place.
        var isOurs = Interop.Kind((int)file.DangerousGetHandle()) == Interop.KindRegular
            && Interop.Ownership(file) == (Interop.EffectiveUser(), 1u);
        if (isOurs && Interop.SetMode(file, mode) == 0)
            return file;
        file.Dispose();
        throw new IOException($"{path} is not a file of the daemon's own: remove it");
    }

    // Not by File.OpenHandle: the runtime takes a flock of its own on every file that it opens.
    private static SafeFileHandle? TryOpen(string path, int flags, out int errno)
    {
        var fd = Interop.Open(
            path, flags | Interop.OpenCloseOnExec | Interop.OpenNoFollow | Interop.OpenNonBlocking | Interop.OpenNoTerminal, OwnerOnly);
        errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    private static int? ReadProcessId(string path)
    {
        using var file = TryOpen(path, Interop.OpenReadOnly, out _);
        if (file is null || Interop.Kind((int)file.DangerousGetHandle()) != Interop.KindRegular)
            return null;
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
