using Microsoft.Win32.SafeHandles;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>A cgroup of the test's own that a process can be started in.</summary>
internal sealed class TestCgroup : IDisposable
{
    private static readonly string[] s_mounts = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"];

    internal TestCgroup()
    {
        var mount = Array.Find(s_mounts, static m => File.Exists(m + "/cgroup.procs"));
        if (mount is null)
            Assert.Skip("no cgroup2 file system is mounted");
        Path = $"{mount}/bpftune_test_{Guid.NewGuid():N}";
        Directory.CreateDirectory(Path);
        Handle = CgroupDirectory.Open(Path);
    }

    internal string Path { get; }

    internal SafeFileHandle Handle { get; }

    /// <summary>Runs a shell command inside the cgroup. Only that shell is moved, never a process of the machine's.</summary>
    internal void Run(string command)
    {
        using var shell = System.Diagnostics.Process.Start(
            "/bin/bash", ["-c", $"echo $$ > {Path}/cgroup.procs && {command}"])!;
        Assert.True(shell.WaitForExit(10_000), $"'{command}' did not end");
        Assert.Equal(0, shell.ExitCode);
    }

    public void Dispose()
    {
        Handle.Dispose();

        // The kernel lets go of a cgroup a moment after its last process is gone.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Directory.Delete(Path);
                return;
            }
            catch (IOException) when (attempt < 50)
            {
                Thread.Sleep(20);
            }
        }
    }
}
