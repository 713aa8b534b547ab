using System.Diagnostics;
using BpfTune.Engine.Plugins;

namespace BpfTune.Live.Tests.Plugins;

/// <summary>A tuner directory under the rules that hold for root, at a place where all above it is root's.</summary>
internal sealed class TunerTree : IDisposable
{
    private readonly string _root = $"/var/lib/lab_kern_tuners_{Environment.ProcessId}";

    internal TunerTree()
    {
        Directory.CreateDirectory(Tuners, (UnixFileMode)0b111_101_101);
        Catalog = new TunerCatalog(new TunerDirectories(TunerTrust.Root, [Tuners]));
        Watcher = new TunerWatcher(Catalog);
    }

    internal string Tuners => Path.Combine(_root, "bpftune");

    internal TunerCatalog Catalog { get; }

    internal TunerWatcher Watcher { get; }

    internal string Sample => Path.Combine(Tuners, "sample.tuner.dll");

    internal static byte[] Build(string name)
    {
        using var stream = typeof(TunerTree).Assembly.GetManifestResourceStream("tuners/" + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Puts a file there in one step, with the mode and owner that it is to have.</summary>
    internal void Put(ReadOnlySpan<byte> content, string mode = "0644", string owner = "root")
    {
        var aside = Sample + ".aside";
        File.WriteAllBytes(aside, content);
        Run("chown", owner, aside);
        Run("chmod", mode, aside);
        File.Move(aside, Sample, overwrite: true);
    }

    internal static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose()
    {
        Watcher.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
