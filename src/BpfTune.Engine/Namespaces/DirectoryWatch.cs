using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop.Namespaces;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Watches the names in one directory that may not exist yet: until it does, its parent is watched for it. One inotify
/// descriptor, no thread, no timer.
/// </summary>
internal sealed unsafe class DirectoryWatch : IDisposable
{
    private const int EventHeaderBytes = 16;
    private const int BufferBytes = 4096;
    private const uint Names = InCreate | InMovedTo | InDelete | InMovedFrom | InDeleteSelf | InMoveSelf | InOnlyDirectory;

    private readonly string _directory;
    private readonly SafeFileHandle _inotify;
    private int _watch = -1;
    private int _parentWatch = -1;

    internal DirectoryWatch(string directory)
    {
        _directory = directory;
        _inotify = InotifyInit(InNonBlock | InCloseOnExec);
        Attach();
    }

    /// <summary>Readable when there is something to drain; -1 when the machine has no inotify instance left.</summary>
    internal int Fd => _inotify.IsInvalid ? -1 : (int)_inotify.DangerousGetHandle();

    /// <summary>Whether names that appear in the directory are reported at present.</summary>
    internal bool IsAttached => _watch >= 0;

    /// <summary>Reports what has happened since the last call.</summary>
    /// <param name="added">Called with each name that appeared.</param>
    /// <param name="removed">Called with each name that went.</param>
    /// <returns>True when names may have been missed: read the directory anew.</returns>
    internal bool Drain(Action<string> added, Action<string> removed)
    {
        if (_inotify.IsInvalid)
            return false;
        var missed = false;
        var buffer = stackalloc byte[BufferBytes];
        while (Read(_inotify, buffer, BufferBytes) is > 0 and var length)
        {
            var rest = new ReadOnlySpan<byte>(buffer, (int)length);
            while (rest.Length >= EventHeaderBytes)
            {
                var watch = BinaryPrimitives.ReadInt32LittleEndian(rest);
                var mask = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
                var nameBytes = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]);
                var name = Encoding.UTF8.GetString(rest.Slice(EventHeaderBytes, nameBytes).TrimEnd((byte)0));
                rest = rest[(EventHeaderBytes + nameBytes)..];
                missed |= Handle(watch, mask, name, added, removed);
            }
        }

        return missed;
    }

    public void Dispose() => _inotify.Dispose();

    private bool Handle(int watch, uint mask, string name, Action<string> added, Action<string> removed)
    {
        if ((mask & InQueueOverflow) != 0)
            return true;
        if (watch == _parentWatch)
            return (mask & (InCreate | InMovedTo)) != 0 && name == Path.GetFileName(_directory) && Attach();
        if (watch != _watch)
            return false;
        if ((mask & (InDeleteSelf | InMoveSelf | InIgnored)) != 0)
        {
            _watch = -1;
            Attach();
            return true;
        }

        if ((mask & (InCreate | InMovedTo)) != 0)
            added(name);
        else if ((mask & (InDelete | InMovedFrom)) != 0)
            removed(name);
        return false;
    }

    private bool Attach()
    {
        if (_inotify.IsInvalid)
            return false;

        // The parent first: the directory may appear between the two calls.
        if (_parentWatch < 0)
            _parentWatch = InotifyAddWatch(_inotify, Path.GetDirectoryName(_directory)!, InCreate | InMovedTo | InOnlyDirectory);
        if (_watch < 0)
            _watch = InotifyAddWatch(_inotify, _directory, Names);
        return _watch >= 0;
    }
}
