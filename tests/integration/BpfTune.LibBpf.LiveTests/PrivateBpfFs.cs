using System.Diagnostics;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>A BPF file system mounted in a place of its own for one test.</summary>
internal sealed class PrivateBpfFs : IDisposable
{
    internal PrivateBpfFs()
    {
        Live.Require();
        Path = Directory.CreateTempSubdirectory("bpftune_test_").FullName;
        Run("mount", "-t", "bpf", "none", Path);
    }

    internal string Path { get; }

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
