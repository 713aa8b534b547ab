namespace BpfTune.Daemon;

/// <summary>A daemon is running already.</summary>
/// <param name="processId">Its process id; null when it has not written it yet.</param>
internal sealed class InstanceRunningException(int? processId) : Exception(
    processId is { } id ? $"a bpftune daemon is running already (pid {id})" : "a bpftune daemon is starting already")
{
    /// <summary>The running daemon's process id.</summary>
    internal int? ProcessId { get; } = processId;
}
