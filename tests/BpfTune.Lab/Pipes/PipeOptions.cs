namespace BpfTune.Lab;

/// <summary>What a pipe does to packets, each way alike.</summary>
public sealed record PipeOptions
{
    /// <summary>Time on the way, in one direction: half of the round trip.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Probability that a packet of wire size is lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>The same seed loses the same packets of the same stream.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Bits per second of IP packets; 0: as fast as the machine can.</summary>
    public long Rate { get; init; }

    /// <summary>
    /// Bytes that may wait for the rate limit before packets are dropped; 0: as much as the rate carries in 100 ms.
    /// Without a rate nothing waits.
    /// </summary>
    public long QueueLimit { get; init; }

    /// <summary>Largest IP packet in bytes.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>
    /// Whether packets may cross in bundles of up to 64 KiB, as through a network card with segmentation offload. Loss
    /// stays per packet of wire size.
    /// </summary>
    public bool Offload { get; init; } = true;

    /// <summary>Memory for packets on the way, per direction, in bytes; a power of two. Touched only as it is used.</summary>
    public int Capacity { get; init; } = 128 << 20;

    internal long EffectiveQueueLimit => QueueLimit > 0 ? QueueLimit : Rate / 8 / 10;

    internal void Validate()
    {
        Require(Delay >= TimeSpan.Zero && Delay <= TimeSpan.FromSeconds(10), "the delay must be between 0 and 10 s");
        Require(Loss is >= 0 and < 1, "the loss must be at least 0 and less than 1");
        Require(Rate >= 0, "the rate must not be negative");
        Require(QueueLimit >= 0, "the queue limit must not be negative");
        Require(Mtu is >= 1280 and <= 65521, "the MTU must be between 1280 (the least of IPv6) and 65521");
        Require(Capacity >= 1 << 20 && int.IsPow2(Capacity), "the capacity must be a power of two, at least 1 MiB");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new LabException(message);
        }
    }
}
