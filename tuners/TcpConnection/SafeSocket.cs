using Microsoft.Win32.SafeHandles;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>A socket that is closed with its handle.</summary>
internal sealed class SafeSocket() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Interop.Close(handle) == 0;
}
