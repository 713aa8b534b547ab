using BpfTune.CommandLine;
using BpfTune.Settings;

namespace BpfTune.Cli.Tests.CommandLine;

/// <summary>Notes what was asked for instead of doing it.</summary>
internal sealed class RecordingCommands : ICommands
{
    internal const int Code = 42;

    internal List<object> Calls { get; } = [];

    public int Run(RunArguments arguments) => Note(arguments);

    public int Doctor(DaemonSettings settings, string configDirectory, bool json) => Note(("doctor", settings, configDirectory, json));

    public int Support(DaemonSettings settings, string configDirectory) => Note(("support", settings, configDirectory));

    public int PrintLibDirectory() => Note("libdir");

    public int PrintVersion() => Note("version");

    public int Show(Listing listing, ClientArguments client) => Note((listing, client.Json, client.Port));

    public int Resume(string tuner, string? networkNamespace, ClientArguments client) => Note(("resume", tuner, networkNamespace, client.Json));

    public int Order(string order, IReadOnlyList<string> ids, ClientArguments client) => Note((order, string.Join(' ', ids), client.Json));

    public int Rollback(bool preview, ClientArguments client) => Note(("rollback", preview, client.Json, client.Settings.StateDirectory));

    public int RollbackScript(ClientArguments client) => Note(("rollback script", client.Json, client.Port));

    public int QueryHelp() => Note("query help");

    private int Note(object call)
    {
        Calls.Add(call);
        return Code;
    }
}
