namespace BpfTune.Lab;

/// <summary>What a command of the system answered.</summary>
public sealed record ToolResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Itself when the command succeeded.</summary>
    /// <exception cref="LabException">It did not: the message holds the command and its first complaint.</exception>
    public ToolResult OrThrow()
    {
        if (ExitCode == 0)
        {
            return this;
        }

        string complaint = (Error.Trim() is { Length: > 0 } error ? error : Output.Trim()).Split('\n')[0];
        throw new LabException($"'{Command}' failed with exit code {ExitCode}: {(complaint.Length == 0 ? "no message" : complaint)}");
    }
}
