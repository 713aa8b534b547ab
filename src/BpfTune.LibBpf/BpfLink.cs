using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// The tie between a program and what calls it. Disposing of it detaches the program, unless it was pinned. It holds
/// the program in the kernel by itself: the object may be disposed of before it.
/// </summary>
public sealed class BpfLink : IDisposable
{
    private readonly SafeHandle _handle;
    private readonly KprobeEvent? _probe;

    internal BpfLink(SafeHandle handle, KprobeEvent? probe, string programName, BpfSection section)
    {
        _handle = handle;
        _probe = probe;
        ProgramName = programName;
        Section = section;
    }

    /// <summary>The program's name.</summary>
    public string ProgramName { get; }

    /// <summary>How the program is attached, and to what.</summary>
    public BpfSection Section { get; }

    /// <summary>Whether it still holds.</summary>
    public bool IsAttached => !_handle.IsClosed;

    /// <summary>
    /// The kernel's id of the link; null when the tie is older than BPF links: a kprobe by ioctl, or a perf event of a
    /// kernel before 5.15.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It was detached.</exception>
    public unsafe uint? Id
    {
        get
        {
            var fd = Descriptor(out var held);
            try
            {
                Interop.BpfLinkInfo info = default;
                var size = (uint)sizeof(Interop.BpfLinkInfo);
                return Interop.bpf_obj_get_info_by_fd(fd, &info, &size) < 0 ? null : info.Id;
            }
            finally
            {
                if (held)
                    _handle.DangerousRelease();
            }
        }
    }

    /// <summary>Pins it on a BPF file system: the program stays attached when this process ends.</summary>
    /// <param name="path">A path that does not exist yet, in a directory that does.</param>
    /// <exception cref="BpfException">It cannot be pinned there.</exception>
    public void Pin(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var fd = Descriptor(out var held);
        try
        {
            var error = Interop.bpf_obj_pin_raw(fd, path);
            if (error < 0)
                throw ErrorText.Make(BpfOperation.Pin, $"link of {ProgramName}", error);
        }
        finally
        {
            if (held)
                _handle.DangerousRelease();
        }
    }

    /// <summary>Detaches the program.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        _probe?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ProgramName} → {Section}";

    private int Descriptor(out bool held)
    {
        held = false;
        _handle.DangerousAddRef(ref held);
        return _handle is SafeBpfLinkHandle native ? Interop.bpf_link__fd(native) : (int)_handle.DangerousGetHandle();
    }
}
