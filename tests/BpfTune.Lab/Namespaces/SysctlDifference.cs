namespace BpfTune.Lab;

/// <summary>A sysctl that changed between two snapshots.</summary>
/// <param name="Name">Its dotted name.</param>
/// <param name="Before">The earlier value.</param>
/// <param name="After">The later value.</param>
public sealed record SysctlDifference(string Name, string Before, string After);
