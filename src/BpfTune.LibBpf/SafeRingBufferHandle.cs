using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>A ring_buffer of libbpf.</summary>
internal sealed class SafeRingBufferHandle : SafeHandle
{
    public SafeRingBufferHandle()
        : base(0, ownsHandle: true)
    {
    }

    internal SafeRingBufferHandle(nint handle)
        : this() => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Interop.ring_buffer__free(handle);
        return true;
    }
}
