namespace BpfTune.Lab;

/// <summary>What a pipe did in its life.</summary>
/// <param name="AToB">The direction from A to B.</param>
/// <param name="BToA">The direction from B to A.</param>
/// <param name="CpuSeconds">CPU time of the threads that carried the packets.</param>
public sealed record PipeStatistics(PipeDirectionStatistics AToB, PipeDirectionStatistics BToA, double CpuSeconds);
