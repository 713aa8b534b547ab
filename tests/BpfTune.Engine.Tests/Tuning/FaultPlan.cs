namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Counts the steps of a file's life and lets one of them, and all that follow, fail.</summary>
/// <param name="fatal">Number of the first step that fails, from 1.</param>
/// <param name="isKill">The process ends there; else the disk refuses this one step and works again.</param>
internal sealed class FaultPlan(int fatal, bool isKill)
{
    public int Steps { get; private set; }

    public bool IsNext => Steps + 1 == fatal;

    public void Step()
    {
        Steps++;
        if (isKill && Steps >= fatal)
            throw new KilledException();
        if (Steps == fatal)
            throw new IOException("No space left on device");
    }

    /// <summary>Caught by nobody but the test.</summary>
    internal sealed class KilledException : Exception;
}
