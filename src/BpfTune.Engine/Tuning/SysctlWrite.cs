using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>A sysctl write that the daemon did not make, as the kernel reported it while it was being made.</summary>
/// <param name="Pid">The writer.</param>
/// <param name="Command">The writer's command name.</param>
/// <param name="Namespace">The writer's network namespace.</param>
/// <param name="Name">Full name, with slashes as below /proc/sys or with dots as sysctl(8) has it.</param>
/// <param name="Old">The value before; empty when unknown.</param>
/// <param name="New">The text written; empty when unknown. The kernel may still refuse it.</param>
public readonly record struct SysctlWrite(
    uint Pid, string Command, NetworkNamespace Namespace, string Name, string Old, string New);
