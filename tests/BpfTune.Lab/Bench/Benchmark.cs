namespace BpfTune.Lab;

/// <summary>
/// Measures what the daemon is worth and what it costs. It asserts nothing: figures of time and speed are for people.
/// </summary>
public sealed class Benchmark
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly BenchOptions _options;
    private readonly Action<string> _progress;

    /// <summary>Prepares one.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="progress">Is told what is measured now.</param>
    public Benchmark(BenchOptions options, Action<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _progress = progress ?? (static _ => { });
    }

    /// <summary>Runs all scenarios, one after another.</summary>
    /// <exception cref="LabException">One could not be measured.</exception>
    public IReadOnlyList<BenchResult> Run()
    {
        using SysctlOverride statistics = SysctlOverride.Set("kernel.bpf_stats_enabled", "1");
        return
        [
            .. from loss in _options.Losses
               from congestion in _options.Congestions
               select Measure(loss, congestion),
        ];
    }

    private BenchResult Measure(double loss, string congestion)
    {
        using LabSite site = LabSite.Create(_options.Pipe with { Loss = loss });
        var traffic = new TcpOptions { Duration = _options.ConnectionTime, Congestion = congestion, IPv6 = _options.IPv6 };
        string scenario = $"{site.Pipe.Description}, {congestion}";

        _progress($"{scenario}: too small, untuned");
        site.Apply(_options.LowSettings);
        TcpResult untuned = site.Transfer(traffic);

        _progress($"{scenario}: BpfTune");
        using Daemon daemon = Daemon.Start(new DaemonOptions
        {
            Path = _options.Daemon,
            Arguments = _options.LibDir is { } directory ? ["-s", "-R", "--libdir", directory] : ["-s", "-R"],
        });
        daemon.WaitReady(s_patience);
        ProcessUsage atStart = UsageOf(daemon);
        BpfUsage bpfAtStart = BpfUsage.Read();
        TcpResult first = site.Transfer(traffic);
        TcpResult second = site.Transfer(traffic);
        BpfUsage bpf = BpfUsage.Read().Since(bpfAtStart);
        ProcessUsage atEnd = UsageOf(daemon);
        daemon.Stop(s_patience);

        _progress($"{scenario}: generous fixed maxima");
        site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        TcpResult generous = site.Transfer(traffic);

        return new BenchResult
        {
            Loss = loss,
            Congestion = congestion,
            Untuned = untuned.SteadyMbit,
            First = first.SteadyMbit,
            Second = second.SteadyMbit,
            Generous = generous.SteadyMbit,
            FirstBound = TcpInfo.WindowBoundMbit(first.WindowScale, _options.Pipe.Delay * 2),
            Gigabytes = (first.Bytes + second.Bytes) / 1e9,
            StartCpuSeconds = atStart.CpuSeconds,
            TuneCpuSeconds = atEnd.CpuSeconds - atStart.CpuSeconds,
            ProportionalBytes = atEnd.ProportionalBytes,
            Bpf = bpf,
        };
    }

    private static ProcessUsage UsageOf(Daemon daemon) => daemon.Usage
        ?? throw new LabException($"the daemon ended with exit code {daemon.ExitCode} while it was measured");
}
