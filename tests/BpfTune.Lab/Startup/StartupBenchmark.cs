namespace BpfTune.Lab;

/// <summary>
/// Measures what it takes until the daemon is ready: all tuners loaded and attached. Once as it is, and once with libbpf
/// reading the kernel's BTF for each object, one after another. It asserts nothing.
/// </summary>
public sealed class StartupBenchmark
{
    // The variable of KernelTargets in the engine, which the laboratory does not refer to.
    private const string ShareVariable = "BPFTUNE_SHARE_BTF";

    private static readonly (string Way, string Share)[] s_ways =
    [
        ("kernel's BTF read once", "1"),
        ("kernel's BTF read for each object", "0"),
    ];

    private readonly StartupOptions _options;
    private readonly Action<string> _progress;

    /// <summary>Prepares one.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="progress">Is told what is measured now.</param>
    public StartupBenchmark(StartupOptions options, Action<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _progress = progress ?? (static _ => { });
    }

    /// <summary>Starts and stops the daemon as often as asked.</summary>
    /// <exception cref="LabException">It did not get ready.</exception>
    public IReadOnlyList<StartupResult> Run()
    {
        // The first start pays for files that are not in the page cache yet.
        _progress("first start, not counted");
        Start("1");

        var cpu = s_ways.Select(_ => new List<double>()).ToArray();
        var wall = s_ways.Select(_ => new List<double>()).ToArray();
        for (int run = 1; run <= _options.Runs; run++)
        {
            _progress($"start {run} of {_options.Runs}");
            for (int way = 0; way < s_ways.Length; way++)
            {
                (double cpuSeconds, double wallSeconds) = Start(s_ways[way].Share);
                cpu[way].Add(cpuSeconds);
                wall[way].Add(wallSeconds);
            }
        }

        return [.. s_ways.Select((way, i) => new StartupResult(way.Way, cpu[i], wall[i]))];
    }

    private (double Cpu, double Wall) Start(string share)
    {
        string place = Directory.CreateTempSubdirectory("bpftune-lab-start").FullName;
        try
        {
            using Daemon daemon = Daemon.Start(new DaemonOptions
            {
                Path = _options.Daemon,
                Arguments =
                [
                    "-s", "--config", "/nonexistent", "--runtime-dir", Path.Combine(place, "run"), "--state-dir", Path.Combine(place, "state"),
                    .. _options.LibDir is { } directory ? (string[])["--libdir", directory] : [],
                ],
                Environment = new Dictionary<string, string>
                {
                    [ShareVariable] = share,
                    // As in the service's unit.
                    ["DOTNET_GCgen0size"] = "0x100000",
                    ["DOTNET_EnableDiagnostics"] = "0",
                },
            });
            TimeSpan ready = daemon.WaitReady(_options.Patience);
            double cpu = ProcessClock.CpuSeconds(daemon.ProcessId);
            daemon.Stop(TimeSpan.FromSeconds(15));
            return (cpu, ready.TotalSeconds);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }
}
