using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// A ring buffer map, mapped into this process (kernel/bpf/ringbuf.c): a page with the position up to which it was read,
/// which is ours to write; then, read-only, a page with the position up to which it was written, and the records, twice
/// in a row, so that one that runs over the end is in one piece.
/// </summary>
internal sealed unsafe class SafeRingMemory : SafeHandle
{
    private readonly nuint _page = (nuint)Environment.SystemPageSize;
    private readonly nuint _size;
    private readonly byte* _written;

    private SafeRingMemory(nint read, nint written, nuint size)
        : base(-1, ownsHandle: true)
    {
        SetHandle(read);
        _written = (byte*)written;
        _size = size;
    }

    public override bool IsInvalid => handle == -1;

    /// <summary>How far it was read, in bytes since the map was made.</summary>
    internal ref ulong Read => ref *(ulong*)handle;

    /// <summary>How far it was written, likewise.</summary>
    internal ref readonly ulong Written => ref *(ulong*)_written;

    /// <summary>What lies at a position.</summary>
    internal byte* At(ulong position) => _written + _page + (nuint)(position & (_size - 1));

    internal static SafeRingMemory Map(BpfMap map)
    {
        var page = (nuint)Environment.SystemPageSize;
        var size = (nuint)map.MaxEntries;
        var fd = (int)map.Fd.DangerousGetHandle();
        var read = Interop.mmap(0, page, Interop.ProtectionRead | Interop.ProtectionWrite, Interop.MapShared, fd, 0);
        if (read == -1)
            throw ErrorText.Make(BpfOperation.AccessMap, map.Name, Marshal.GetLastPInvokeError(), mapName: map.Name);
        var written = Interop.mmap(0, page + (2 * size), Interop.ProtectionRead, Interop.MapShared, fd, (nint)page);
        if (written != -1)
            return new SafeRingMemory(read, written, size);
        var errno = Marshal.GetLastPInvokeError();
        _ = Interop.munmap(read, page);
        throw ErrorText.Make(BpfOperation.AccessMap, map.Name, errno, mapName: map.Name);
    }

    protected override bool ReleaseHandle() =>
        Interop.munmap((nint)_written, _page + (2 * _size)) == 0 & Interop.munmap(handle, _page) == 0;
}
