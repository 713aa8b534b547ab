namespace BpfTune.Engine.Control;

/// <summary>An administrator's own setting that stopped a tuner in one namespace.</summary>
/// <param name="Tunable">What was set; empty where more was set than is remembered, and all namespaces of an owner are meant.</param>
/// <param name="Namespace">The namespace's name, or whose are meant: 'all namespaces of uid 1000'.</param>
/// <param name="ProcessId">Who set it; 0 when nobody was seen.</param>
/// <param name="Command">That process's program; empty when nobody was seen.</param>
/// <param name="At">When.</param>
public sealed record OverrideReport(string Tunable, string Namespace, int ProcessId, string Command, DateTimeOffset At);
