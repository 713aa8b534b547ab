namespace BpfTune.Lab;

/// <summary>What the demonstration shows.</summary>
public sealed record DemoOptions
{
    /// <summary>The bpftune executable.</summary>
    public required string Daemon { get; init; }

    /// <summary>Where its tuners are; null: its own directories.</summary>
    public string? LibDir { get; init; }

    /// <summary>The pipe: a line of 2 Gbit/s by default, which asks for more than the window scale of a first connection allows.</summary>
    public PipeOptions Pipe { get; init; } = new() { Rate = 2_000_000_000 };

    /// <summary>Congestion control of all connections.</summary>
    public string Congestion { get; init; } = "cubic";

    /// <summary>How long each of the two connections under the daemon's eyes lasts, and the one that they are compared with.</summary>
    public TimeSpan ConnectionTime { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long the slow connection before lasts.</summary>
    public TimeSpan SlowTime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Too low on purpose: what a machine of another age may have.</summary>
    public TcpSettings LowSettings { get; init; } = new()
    {
        ReceiveMemory = "4096 131072 131072",
        SendMemory = "4096 16384 131072",
    };

    /// <summary>For the daemon to be ready, and again for it to stop.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);
}
