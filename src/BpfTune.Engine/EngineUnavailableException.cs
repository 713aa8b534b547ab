namespace BpfTune.Engine;

/// <summary>The daemon cannot do its job here; the message says why and what to do, in one line.</summary>
/// <param name="message">One line.</param>
/// <param name="exitCode">3: not supported or no privilege; 1: anything else.</param>
public sealed class EngineUnavailableException(string message, int exitCode = 3) : Exception(message)
{
    /// <summary>What the process is to exit with.</summary>
    public int ExitCode { get; } = exitCode;
}
