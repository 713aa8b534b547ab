namespace Nuke.Common.Tooling;

/// <summary>Waiting for processes.</summary>
public static class ProcessExtensions
{
    /// <summary>Waits; fails if the process had to be killed.</summary>
    public static IProcess AssertWaitForExit(this IProcess process)
    {
        Assert.True(process.WaitForExit(), $"Process '{process.FileName}' did not end within its time and was killed.");
        return process;
    }

    /// <summary>Waits; fails unless the exit code is 0.</summary>
    public static IProcess AssertZeroExitCode(this IProcess process)
    {
        process.AssertWaitForExit();
        return process.ExitCode == 0 ? process : throw new ProcessException(process);
    }
}
