namespace Nuke.Common.Tooling;

/// <summary>From which stream a line came.</summary>
public enum OutputType
{
    Std,
    Err,
}

/// <summary>A line that a process wrote.</summary>
public struct Output
{
    public OutputType Type;
    public string Text;
}

/// <summary>A process that was started.</summary>
public interface IProcess : IDisposable
{
    /// <summary>Its number.</summary>
    int Id { get; }

    /// <summary>What it has written.</summary>
    IReadOnlyCollection<Output> Output { get; }

    /// <summary>Whether it has ended.</summary>
    bool HasExited { get; }

    /// <summary>Its exit code.</summary>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    int ExitCode { get; }

    /// <summary>Waits until it has ended and all that it wrote is read.</summary>
    /// <returns>True: it is given no time limit, since a process that is given up on throws at <see cref="ExitCode"/>.</returns>
    bool WaitForExit();
}
