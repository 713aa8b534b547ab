using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>A bpf_link of libbpf. Releasing it detaches the program.</summary>
internal sealed class SafeBpfLinkHandle : SafeHandle
{
    public SafeBpfLinkHandle()
        : base(0, ownsHandle: true)
    {
    }

    internal SafeBpfLinkHandle(nint handle)
        : this() => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => Interop.bpf_link__destroy(handle) == 0;
}
