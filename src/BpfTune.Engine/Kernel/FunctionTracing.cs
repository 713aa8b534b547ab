using System.Runtime.InteropServices;
using BpfTune.LibBpf;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Kernel;

/// <summary>
/// Whether programs on kernel functions run. With the sysctl kernel.ftrace_enabled at 0 they attach without an error and
/// never run: Documentation/trace/ftrace.rst, ftrace_enabled. An administrator may change it at any time.
/// </summary>
public sealed unsafe class FunctionTracing : IDisposable
{
    private const string Switch = "/proc/sys/kernel/ftrace_enabled";
    private const uint Modified = 2; // IN_MODIFY
    private const int BufferBytes = 512;

    private readonly string _path;
    private readonly SafeFileHandle? _file;
    private readonly SafeFileHandle? _watch;
    private bool _wasOff;

    /// <summary>Watches the running kernel's switch.</summary>
    public FunctionTracing()
        : this(Switch)
    {
    }

    // A write through /proc is told by inotify. The open file keeps the kernel from dropping the inode that is watched.
    internal FunctionTracing(string path)
    {
        _path = path;
        _wasOff = IsOff(path);
        _file = Interop.Files.Open(null, path, Interop.Files.ReadOnly, out _);
        if (_file is null)
            return;
        var watch = Interop.Namespaces.InotifyInit(Interop.Namespaces.InNonBlock | Interop.Namespaces.InCloseOnExec);
        if (!watch.IsInvalid && Interop.Namespaces.InotifyAddWatch(watch, path, Modified) >= 0)
            _watch = watch;
        else
            watch.Dispose();
    }

    /// <summary>The kinds of programs that it is about, in words.</summary>
    internal static string Kinds => KprobesUseIt ? "fentry, fexit and kprobes" : "fentry and fexit";

    /// <summary>Readable after a write; -1 when it cannot be watched.</summary>
    internal int Fd => _watch is null ? -1 : (int)_watch.DangerousGetHandle();

    /// <summary>x86-64 makes kprobes at the beginning of a function by ftrace (CONFIG_KPROBES_ON_FTRACE); arm64 does not.</summary>
    private static bool KprobesUseIt => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Whether programs of this kind run only while the switch is on.</summary>
    internal static bool Serves(BpfMechanism mechanism) => mechanism switch
    {
        BpfMechanism.Fentry or BpfMechanism.Fexit or BpfMechanism.FmodRet => true,
        BpfMechanism.Kprobe or BpfMechanism.Kretprobe => KprobesUseIt,
        _ => false,
    };

    /// <summary>Why programs on functions would never run; null when they do.</summary>
    public static string? WhyOff() => IsOff(Switch) ? "kernel.ftrace_enabled is 0, and such a program would never run" : null;

    /// <summary>Takes note of writes.</summary>
    /// <returns>Whether it is off now, if that is another state than before; else null.</returns>
    internal bool? Process()
    {
        var buffer = stackalloc byte[BufferBytes];
        while (_watch is not null && Interop.Namespaces.Read(_watch, buffer, BufferBytes) > 0)
        {
            // What happened is of no interest: the value counts.
        }

        var isOff = IsOff(_path);
        if (isOff == _wasOff)
            return null;
        return _wasOff = isOff;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch?.Dispose();
        _file?.Dispose();
    }

    private static bool IsOff(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() == "0";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without ftrace there is no switch, and the probes say what there is instead.
            return false;
        }
    }
}
