namespace BpfTune.Lab;

/// <summary>A line that the daemon printed.</summary>
/// <param name="At">Since its start.</param>
/// <param name="IsError">Whether on standard error.</param>
/// <param name="Text">Without its end of line.</param>
public sealed record DaemonLine(TimeSpan At, bool IsError, string Text);
