using BpfTune.Settings;

namespace BpfTune.CommandLine;

/// <summary>What the command line can ask for. Each returns an exit code.</summary>
internal interface ICommands
{
    /// <summary>Be the daemon.</summary>
    int Run(RunArguments arguments);

    /// <summary>Try everything out and report.</summary>
    int Doctor(DaemonSettings settings, string configDirectory, bool json);

    /// <summary>The C program's two lines about what this kernel supports.</summary>
    int Support(DaemonSettings settings, string configDirectory);

    /// <summary>Print where the tuners of this installation are.</summary>
    int PrintLibDirectory();

    /// <summary>Print the version.</summary>
    int PrintVersion();

    /// <summary>Show a listing of the running daemon.</summary>
    int Show(Listing listing, ClientArguments client);

    /// <summary>Let a tuner tune again where an administrator's setting stopped it.</summary>
    int Resume(string tuner, string? networkNamespace, ClientArguments client);

    /// <summary>Do what was advised (<c>apply</c>), or have it not said again (<c>ignore</c>).</summary>
    int Order(string order, IReadOnlyList<string> ids, ClientArguments client);

    /// <summary>Put back what was changed, with or without a running daemon.</summary>
    int Rollback(bool preview, ClientArguments client);

    /// <summary>Print what a rollback would put back as commands for a shell.</summary>
    int RollbackScript(ClientArguments client);

    /// <summary>Print the queries that -q knows.</summary>
    int QueryHelp();
}
