namespace Nuke.Common.Tooling;

/// <summary>A process that was started.</summary>
public interface IProcess : IDisposable
{
    /// <summary>The program.</summary>
    string FileName { get; }

    /// <summary>Its arguments, as one text.</summary>
    string Arguments { get; }

    /// <summary>The directory it was started in.</summary>
    string WorkingDirectory { get; }

    /// <summary>What it has written.</summary>
    IReadOnlyCollection<Output> Output { get; }

    /// <summary>Its exit code, once it has ended.</summary>
    int ExitCode { get; }

    /// <summary>Waits until it ends, or until its time is up: then it is killed.</summary>
    /// <returns>False if it was killed.</returns>
    bool WaitForExit();
}
