using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using BpfTune.Lab.Native;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Lab;

/// <summary>
/// Two TUN devices, one in each of two network namespaces, and two threads that carry packets between them after a
/// delay: what netem does, on kernels without it, with real TCP at both ends.
/// </summary>
public sealed unsafe class DelayPipe : IDisposable
{
    /// <summary>The name of the device at either end.</summary>
    public const string DeviceName = "lab0";

    // The pipe itself must not drop a burst before it was read: the longest window in packets of wire size.
    private const int DeviceQueue = 100_000;

    private readonly TunDevice _a;
    private readonly TunDevice _b;
    private readonly SafeFileHandle _stop;
    private readonly PacketPump _aToB;
    private readonly PacketPump _bToA;
    private readonly Thread[] _threads;
    private ExceptionDispatchInfo? _failure;
    private bool _disposed;

    private DelayPipe(TunDevice a, TunDevice b, PipeOptions options)
    {
        _a = a;
        _b = b;
        _stop = Interop.EventFd(0, Interop.O_CLOEXEC);
        int stop = (int)_stop.DangerousGetHandle();
        _aToB = new PacketPump(a, b, stop, options, options.Seed);
        _bToA = new PacketPump(b, a, stop, options, ~options.Seed);
        _threads = [StartThread(_aToB, "pipe a>b"), StartThread(_bToA, "pipe b>a")];
    }

    /// <summary>What has been carried so far; exact once the pipe is disposed of.</summary>
    public PipeStatistics Statistics => new(_aToB.Statistics, _bToA.Statistics, _aToB.CpuSeconds + _bToA.CpuSeconds);

    /// <summary>Joins two namespaces, named as under /run/netns, and gives both ends their addresses.</summary>
    /// <exception cref="LabException">No such namespace, no TUN devices, or no privilege.</exception>
    public static DelayPipe Create(string namespaceA, string namespaceB, PipeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        TunDevice a = LabNamespace.RunInside(namespaceA, () => TunDevice.Create(DeviceName, options.Offload));
        TunDevice? b = null;
        try
        {
            b = LabNamespace.RunInside(namespaceB, () => TunDevice.Create(DeviceName, options.Offload));
            PipeEnd.Configure(namespaceA, DeviceName, PipeAddresses.A4, PipeAddresses.A6, options.Mtu, DeviceQueue);
            PipeEnd.Configure(namespaceB, DeviceName, PipeAddresses.B4, PipeAddresses.B6, options.Mtu, DeviceQueue);
            return new DelayPipe(a, b, options);
        }
        catch
        {
            a.Dispose();
            b?.Dispose();
            throw;
        }
    }

    /// <summary>Stops the threads and removes both devices.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        ulong one = 1;
        Interop.Write((int)_stop.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _stop.Dispose();
        _a.Dispose();
        _b.Dispose();
        _aToB.Dispose();
        _bToA.Dispose();
        _failure?.Throw();
    }

    private Thread StartThread(PacketPump pump, string name)
    {
        var thread = new Thread(() =>
        {
            try
            {
                pump.Run();
            }
            catch (Exception exception)
            {
                _failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return thread;
    }
}
