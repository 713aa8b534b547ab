using System.Diagnostics;
using System.Text.Json;
using BpfTune.Packages.Tests.Distributions;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>A distribution in a privileged container, with a network namespace of its own; the kernel is this machine's.</summary>
internal sealed class Machine : IAsyncDisposable
{
    /// <summary>Where the .NET that runs the tests is seen in it; no package knows of that.</summary>
    public const string DotnetRoot = "/packages/dotnet";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly IContainer _container;

    private Machine(Distribution distribution, IContainer container)
    {
        Distribution = distribution;
        _container = container;
    }

    public Distribution Distribution { get; }

    /// <summary>Starts one in which nothing runs.</summary>
    public static Task<Machine> StartAsync(Distribution distribution) =>
        // It ends when it is asked to, which a first process does only if it says so.
        StartAsync(distribution, "bash", "-c", "trap 'exit 0' TERM; sleep infinity & wait");

    /// <summary>Starts one with systemd as its first process, and waits until that is done.</summary>
    public static async Task<Machine> BootAsync(Distribution distribution)
    {
        var machine = await StartAsync(distribution, "/sbin/init");
        try
        {
            await machine.UntilAsync(
                async () => (await machine.TryAsync("systemctl", "is-system-running")).Stdout.Trim() is "running" or "degraded", "systemd has started");
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command, whatever becomes of it.</summary>
    public Task<ExecResult> TryAsync(params string[] command) => _container.ExecAsync(command, TestContext.Current.CancellationToken);

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public async Task<string> RunAsync(params string[] command)
    {
        var result = await TryAsync(command);
        Assert.True(result.ExitCode == 0, $"{Distribution}: {string.Join(' ', command)}: exit code {result.ExitCode}\n{result.Stdout}{result.Stderr}");
        return result.Stdout;
    }

    /// <summary>Runs a script of bash that must succeed; it ends at the first command that does not.</summary>
    public Task<string> ShellAsync(string script) => RunAsync("bash", "-euc", script);

    /// <summary>Asks bpftune, in JSON.</summary>
    public async Task<JsonElement> AskAsync(params string[] verb) => JsonDocument.Parse(await RunAsync(["bpftune", .. verb, "--json"])).RootElement;

    /// <summary>The names of the tuners that the running daemon has, in order, each of which must work.</summary>
    public async Task<string[]> RunningTunersAsync()
    {
        var tuners = (await AskAsync("tuners")).EnumerateArray().ToList();
        Assert.All(tuners, t => Assert.Equal("running", t.GetProperty("state").GetString()));
        return [.. tuners.Select(t => t.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];
    }

    /// <summary>The lines of a command's output that are not empty, in order.</summary>
    public async Task<string[]> LinesAsync(params string[] command) =>
        [.. (await RunAsync(command)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    /// <summary>The file of a package in one of the directories of packages.</summary>
    public async Task<string> PackageFileAsync(string directory, string package) =>
        directory + "/" + (await LinesAsync("ls", directory)).Single(file => Distribution.NameOfFile(file) == package);

    /// <summary>Waits until something is so.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience)
            {
                var journal = await TryAsync("journalctl", "--no-pager", "-o", "short-precise", "-n", "40", "-u", "bpftune");
                Assert.Fail($"{Distribution}: {what}: not so after {s_patience.TotalSeconds} s\n{journal.Stdout}");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private static async Task<Machine> StartAsync(Distribution distribution, params string[] command)
    {
        var container = new ContainerBuilder(Image.Of(distribution.Name))
            .WithPrivileged(true)
            .WithLabel(PodmanService.Label, PodmanService.Owner)
            // Without its reaper Testcontainers would only stop it.
            .WithAutoRemove(!TestcontainersSettings.ResourceReaperEnabled)
            .WithCreateParameterModifier(parameters => parameters.HostConfig!.NetworkMode = PodmanService.NetworkMode)
            .WithEnvironment("container", "docker")
            .WithEnvironment("DEBIAN_FRONTEND", "noninteractive")
            .WithTmpfsMount("/run")
            .WithTmpfsMount("/run/lock")
            .WithBindMount(Path.Combine(Suite.Packages, distribution.Format), "/packages/new", AccessMode.ReadOnly)
            .WithBindMount(Path.Combine(Suite.OldPackages, distribution.Format), "/packages/old", AccessMode.ReadOnly)
            .WithBindMount(Suite.SourceInstall, "/packages/source", AccessMode.ReadOnly)
            .WithBindMount(Suite.DotnetRoot, DotnetRoot, AccessMode.ReadOnly)
            .WithCommand(command)
            .Build();
        await container.StartAsync(TestContext.Current.CancellationToken);
        return new Machine(distribution, container);
    }
}
