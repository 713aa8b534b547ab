namespace BpfTune;

/// <summary>What the command's exit code says; the numbers are part of its interface.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>It was tried and failed.</summary>
    internal const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    internal const int Usage = 2;

    /// <summary>This kernel, or this user's privileges, do not allow it.</summary>
    internal const int Unsupported = 3;

    /// <summary>It needs a running daemon and there is none.</summary>
    internal const int NoDaemon = 4;
}
