using System.Diagnostics;
using System.Text;
using BpfTune.Engine.Kernel;

namespace BpfTune.Cli.LiveTests;

/// <summary>The command as a process, in directories of its own.</summary>
internal sealed class Command : IDisposable
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";

    /// <summary>How long anything may take on a machine that is busy with other things.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-live-");

    /// <summary>The executable beside the tests.</summary>
    internal static string Executable => Path.Combine(AppContext.BaseDirectory, "bpftune");

    internal string RuntimeDirectory => Path.Combine(_directory.FullName, "run");

    internal string StateDirectory => Path.Combine(_directory.FullName, "state");

    internal string PidFile => Path.Combine(RuntimeDirectory, "bpftune.pid");

    /// <summary>Skips the test without privilege, or fails it where the tests must run.</summary>
    internal static void Require()
    {
        if (KernelCapabilities.Probe().Critical is not [var reason, ..])
            return;
        Assert.False(Environment.GetEnvironmentVariable(RequireVariable) == "1", $"{RequireVariable}=1, but {reason}");
        Assert.Skip(reason);
    }

    /// <summary>Runs the command to its end.</summary>
    internal (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var process = Start(new Dictionary<string, string>(), arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience), $"bpftune {string.Join(' ', arguments)} does not end");
        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Starts the command.</summary>
    internal Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var place in (ReadOnlySpan<string>)["--runtime-dir", RuntimeDirectory, "--state-dir", StateDirectory, "--config", "/nonexistent"])
            start.ArgumentList.Add(place);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The daemon's process id once it has its lock; null while there is none.</summary>
    internal int? DaemonProcessId => BpfTune.Daemon.InstanceLock.Holder(PidFile);

    public void Dispose()
    {
        // A test that failed must not leave its daemon behind.
        if (DaemonProcessId is { } pid)
        {
            using var daemon = Process.GetProcessById(pid);
            daemon.Kill();
            daemon.WaitForExit(Patience);
        }

        _directory.Delete(recursive: true);
    }
}
