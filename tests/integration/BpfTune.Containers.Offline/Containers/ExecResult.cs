namespace DotNet.Testcontainers.Containers;

/// <summary>What a command in a container answered.</summary>
public readonly struct ExecResult
{
    internal ExecResult(string stdout, string stderr, long? exitCode)
    {
        Stdout = stdout;
        Stderr = stderr;
        ExitCode = exitCode;
    }

    /// <summary>Its standard output.</summary>
    public string Stdout { get; }

    /// <summary>Its standard error.</summary>
    public string Stderr { get; }

    /// <summary>Its exit code; 127 if there is no such command. The package cannot always say.</summary>
    public long? ExitCode { get; }
}
