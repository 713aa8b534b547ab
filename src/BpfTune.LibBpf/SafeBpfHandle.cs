using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>A descriptor of a BPF map, program or link that this process owns and closes.</summary>
public sealed class SafeBpfHandle : SafeHandle
{
    /// <summary>An invalid handle, to be filled by the interop layer.</summary>
    public SafeBpfHandle()
        : base(-1, ownsHandle: true)
    {
    }

    /// <summary>Takes ownership of an open descriptor.</summary>
    /// <param name="fd">The descriptor. It is closed with this handle.</param>
    public SafeBpfHandle(int fd)
        : this() => SetHandle(fd);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>Duplicates a descriptor that another owner (libbpf) may close at any time.</summary>
    internal static SafeBpfHandle Duplicate(int fd)
    {
        var copy = Interop.fcntl(fd, Interop.DuplicateCloseOnExec, 3);
        return copy >= 0
            ? new SafeBpfHandle(copy)
            : throw new InvalidOperationException(
                $"Cannot duplicate the BPF descriptor {fd}: {Errno.Describe(Marshal.GetLastPInvokeError())}.");
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Interop.close((int)handle) == 0;
}
