namespace BpfTune.Tuners.TcpBuffer;

/// <summary>The largest buffer that a path needed of late: it holds for some minutes and fades then.</summary>
/// <param name="Bytes">Bytes of truesize.</param>
/// <param name="Rate">What the path carried then, payload bytes per second.</param>
/// <param name="At">When that was seen, a timestamp.</param>
internal readonly record struct Need(long Bytes, double Rate, long At)
{
    /// <summary>
    /// How long it holds in full: as long as the kernel remembers a least round trip (tcp_min_rtt_wlen, 300 s by default),
    /// and as what is needed is looked at again.
    /// </summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(5);

    /// <summary>Then a half of it is gone in so long.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(5);

    /// <summary>What is left of it.</summary>
    public long After(TimeSpan age) => age <= Hold ? Bytes : (long)(Bytes * Math.Pow(0.5, (age - Hold) / HalfLife));

    /// <summary>With another sample: the larger one counts, and from when it was seen.</summary>
    public Need With(long bytes, double rate, long now, TimeProvider time) =>
        bytes >= After(time.GetElapsedTime(At, now)) ? new Need(bytes, rate, now) : this;
}
