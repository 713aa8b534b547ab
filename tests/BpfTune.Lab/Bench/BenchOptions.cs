namespace BpfTune.Lab;

/// <summary>What is measured against what.</summary>
public sealed record BenchOptions
{
    /// <summary>The bpftune executable.</summary>
    public required string Daemon { get; init; }

    /// <summary>Where its tuners are; null: its own directories.</summary>
    public string? LibDir { get; init; }

    /// <summary>The pipe; its loss is set by <see cref="Losses"/>.</summary>
    public PipeOptions Pipe { get; init; } = new() { Rate = 2_000_000_000 };

    /// <summary>Each loss makes a scenario with each congestion control.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [0, 0.01];

    /// <summary>Congestion controls.</summary>
    public IReadOnlyList<string> Congestions { get; init; } = ["cubic", "bbr"];

    /// <summary>Over IPv6.</summary>
    public bool IPv6 { get; init; }

    /// <summary>Length of each connection.</summary>
    public TimeSpan ConnectionTime { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Before the daemon starts.</summary>
    public TcpSettings LowSettings { get; init; } = new DemoOptions { Daemon = "" }.LowSettings;
}
