using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>A bpf_object of libbpf, and with it its programs' and maps' own descriptors.</summary>
internal sealed class SafeBpfObjectHandle : SafeHandle
{
    public SafeBpfObjectHandle()
        : base(0, ownsHandle: true)
    {
    }

    internal SafeBpfObjectHandle(nint handle)
        : this() => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Interop.bpf_object__close(handle);
        return true;
    }
}
