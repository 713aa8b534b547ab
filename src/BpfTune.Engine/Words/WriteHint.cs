namespace BpfTune.Engine.Words;

/// <summary>
/// What the kernel told of the writes of one sysctl since it was last looked at. A hint only: the writes may have been
/// refused.
/// </summary>
/// <param name="Count">Writes, without those of other tuners.</param>
/// <param name="IsMixed">Whether they wrote different texts.</param>
/// <param name="Pid">The last writer.</param>
/// <param name="Command">The last writer's program: the name of its thread group's leader.</param>
/// <param name="TunerPid">Another tuner that wrote; 0 for none.</param>
/// <param name="TimeNs">When the last write began, in nanoseconds of CLOCK_MONOTONIC.</param>
/// <param name="Old">The value before the first write; empty when unknown.</param>
/// <param name="New">The text last written; empty when unknown.</param>
internal readonly record struct WriteHint(
    uint Count, bool IsMixed, uint Pid, string Command, uint TunerPid, ulong TimeNs, string Old, string New);
