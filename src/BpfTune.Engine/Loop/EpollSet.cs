using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Loop;

/// <summary>Descriptors that the kernel watches (epoll(7)), level-triggered; what comes out of it is the descriptors themselves.</summary>
internal sealed unsafe class EpollSet : IDisposable
{
    private const int MaximumEvents = 16;
    private const int MaximumEventSize = 16;
    private readonly SafeFileHandle _epoll;

    /// <exception cref="Win32Exception">There is no descriptor or memory left for one.</exception>
    internal EpollSet()
    {
        var fd = Interop.Loop.epoll_create1(Interop.Loop.CloseOnExec);
        if (fd < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_create1 failed");
        _epoll = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>The set's own descriptor, readable while one of those in it is ready.</summary>
    internal int Descriptor => (int)_epoll.DangerousGetHandle();

    /// <summary>Begins to watch a descriptor.</summary>
    /// <exception cref="Win32Exception">The kernel cannot poll it.</exception>
    internal void Add(int fd, uint interest) => Control(Interop.Loop.ControlAdd, fd, interest, "watch");

    /// <summary>Watches a descriptor for something else.</summary>
    /// <exception cref="Win32Exception">It is not in the set.</exception>
    internal void Modify(int fd, uint interest) => Control(Interop.Loop.ControlModify, fd, interest, "watch");

    /// <summary>Stops watching a descriptor, which must still be open. Closing its last copy does the same.</summary>
    /// <exception cref="Win32Exception">It is not in the set.</exception>
    internal void Remove(int fd) => Control(Interop.Loop.ControlDelete, fd, 0, "stop watching");

    /// <summary>Waits for descriptors that are ready, and names some of them.</summary>
    /// <param name="ready">Takes the descriptors; up to 16 at a time.</param>
    /// <param name="milliseconds">How long to wait at most; -1 for as long as it takes.</param>
    /// <returns>How many there are; 0 when the time is up, -1 when a signal came first.</returns>
    /// <exception cref="Win32Exception">The kernel refuses to wait.</exception>
    internal int Wait(Span<int> ready, int milliseconds)
    {
        var events = stackalloc byte[MaximumEvents * MaximumEventSize];
        var count = Interop.Loop.epoll_wait(_epoll, events, Math.Min(ready.Length, MaximumEvents), milliseconds);
        if (count < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno == Interop.Loop.Interrupted ? -1 : throw new Win32Exception(errno, "epoll_wait failed");
        }

        for (var i = 0; i < count; i++)
            ready[i] = (int)Marshal.ReadInt64((nint)(events + (i * Interop.Loop.EventSize) + Interop.Loop.DataOffset));
        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();

    private void Control(int operation, int fd, uint interest, string what)
    {
        var e = stackalloc byte[MaximumEventSize];
        *(uint*)e = interest;
        Marshal.WriteInt64((nint)(e + Interop.Loop.DataOffset), fd);
        if (Interop.Loop.epoll_ctl(_epoll, operation, fd, e) < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"epoll cannot {what} descriptor {fd}");
    }
}
