namespace BpfTune.Lab;

/// <summary>How a daemon ended.</summary>
/// <param name="ExitCode">128 + the signal's number when a signal killed it.</param>
/// <param name="StopTime">From the signal to its end.</param>
/// <param name="Usage">What it had used when the signal was sent; null when it had ended by itself.</param>
public sealed record DaemonExit(int ExitCode, TimeSpan StopTime, ProcessUsage? Usage);
