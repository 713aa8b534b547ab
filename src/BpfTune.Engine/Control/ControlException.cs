namespace BpfTune.Engine.Control;

/// <summary>A request that cannot be answered; the message is for the person who made it.</summary>
/// <param name="error">What kind of error, for programs.</param>
/// <param name="message">One plain sentence.</param>
public sealed class ControlException(ControlError error, string message) : Exception(message)
{
    /// <summary>What kind of error.</summary>
    public ControlError Error { get; } = error;
}
