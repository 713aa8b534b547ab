using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>The values of an array map, mapped into this process.</summary>
internal sealed unsafe class SafeMapMemory : SafeHandle
{
    private readonly nuint _length;

    private SafeMapMemory(nint address, nuint size, nuint length)
        : base(-1, ownsHandle: true)
    {
        SetHandle(address);
        Size = size;
        _length = length;
    }

    public override bool IsInvalid => handle == -1;

    internal byte* Address => (byte*)handle;

    /// <summary>Bytes of the map's value; the mapping is whole pages.</summary>
    internal nuint Size { get; }

    internal static SafeMapMemory Map(int fd, uint size, bool readOnly, string objectName, string section)
    {
        var page = (nuint)Environment.SystemPageSize;
        var length = (size + page - 1) / page * page;
        var protection = Interop.ProtectionRead | (readOnly ? 0 : Interop.ProtectionWrite);
        var address = Interop.mmap(0, length, protection, Interop.MapShared, fd, 0);
        return address != -1
            ? new SafeMapMemory(address, size, length)
            : throw ErrorText.Make(BpfOperation.AccessMap, objectName, Marshal.GetLastPInvokeError(), mapName: section);
    }

    protected override bool ReleaseHandle() => Interop.munmap(handle, _length) == 0;
}
