using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop.Namespaces;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Network namespaces bound anywhere in the file system (container engines keep theirs so). The list is read again only
/// when the kernel says that a mount has changed: poll(2) on mountinfo answers POLLPRI then.
/// </summary>
internal sealed unsafe class MountedNamespaces : IDisposable
{
    private const string Source = "/proc/self/mountinfo";

    private readonly Dictionary<uint, string> _mounts = [];
    private readonly SafeFileHandle _changes;
    private bool _stale = true;

    internal MountedNamespaces() => _changes = Open(Source, OpenReadOnly | OpenCloseOnExec);

    /// <summary>Where a namespace is mounted; null when it is nowhere.</summary>
    internal string? PathOf(uint inode)
    {
        if (HasChanged())
            _stale = true;
        if (_stale)
            Read();
        return _mounts.GetValueOrDefault(inode);
    }

    public void Dispose() => _changes.Dispose();

    private bool HasChanged()
    {
        if (_changes.IsInvalid)
            return true;
        var poll = new PollFd { Fd = (int)_changes.DangerousGetHandle(), Events = PollPriority };
        return Poll(&poll, 1, 0) > 0 && (poll.Returned & (PollPriority | PollError)) != 0;
    }

    private void Read()
    {
        _mounts.Clear();
        try
        {
            MountInfo.ReadNetworkNamespaces(File.ReadAllBytes(Source), _mounts);
            _stale = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without /proc/self/mountinfo the other ways to a namespace remain; it is tried again at the next search.
            _stale = true;
        }
    }
}
