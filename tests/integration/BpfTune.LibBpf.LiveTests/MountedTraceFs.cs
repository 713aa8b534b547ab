using System.Diagnostics;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>tracefs, which one way of placing a kprobe goes through: mounted while these tests run, where it is not anyway and may be.</summary>
public sealed class MountedTraceFs : IDisposable
{
    private const string Place = "/sys/kernel/tracing";

    private readonly bool _mounted;

    public MountedTraceFs() =>
        _mounted = Environment.UserName == "root" && !TraceFs.IsMounted && Directory.Exists(Place) && Run("mount", "-t", "tracefs", "nodev", Place);

    public void Dispose()
    {
        if (_mounted)
            Run("umount", Place);
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
