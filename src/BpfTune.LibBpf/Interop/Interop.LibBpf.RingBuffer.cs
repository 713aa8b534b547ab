using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static unsafe partial class Interop
{
    [LibraryImport(LibBpf, SetLastError = true)]
    internal static partial nint ring_buffer__new(
        SafeBpfHandle map, delegate* unmanaged[Cdecl]<nint, byte*, nuint, int> callback, nint context, void* options);

    [LibraryImport(LibBpf)]
    internal static partial int ring_buffer__add(
        SafeRingBufferHandle ring,
        SafeBpfHandle map,
        delegate* unmanaged[Cdecl]<nint, byte*, nuint, int> callback,
        nint context);

    [LibraryImport(LibBpf)]
    internal static partial int ring_buffer__poll(SafeRingBufferHandle ring, int timeoutMilliseconds);

    [LibraryImport(LibBpf)]
    internal static partial int ring_buffer__consume(SafeRingBufferHandle ring);

    [LibraryImport(LibBpf)]
    internal static partial int ring_buffer__epoll_fd(SafeRingBufferHandle ring);

    [LibraryImport(LibBpf)]
    internal static partial void ring_buffer__free(nint ring);
}
