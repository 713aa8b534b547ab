using System.Diagnostics;
using BpfTune.Engine.Namespaces;

namespace BpfTune.Live.Tests.Namespaces;

/// <summary>A process in a network namespace of its own that has no name.</summary>
internal sealed class UnsharedProcess : IDisposable
{
    private readonly Process _process;

    public UnsharedProcess()
        : this("unshare", "-n")
    {
    }

    /// <summary>One that a command of its own brings into its namespace.</summary>
    public UnsharedProcess(string command, params string[] arguments)
    {
        _process = Process.Start(command, [.. arguments, "sleep", "600"]);
        Id = (uint)_process.Id;
        var own = NamespaceFile.InodeOf(NamespaceFile.OwnPath);
        uint? inode = null;
        Assert.True(
            SpinWait.SpinUntil(
                () => (inode = NamespaceFile.InodeOfProcess(Id)) is not null && inode != own, TimeSpan.FromSeconds(10)),
            "unshare -n did not come about in 10 s");
        Inode = inode!.Value;
    }

    public uint Id { get; }

    public uint Inode { get; }

    public void End()
    {
        if (_process.HasExited)
            return;
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }
}
