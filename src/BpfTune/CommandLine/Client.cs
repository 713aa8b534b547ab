using System.Text;
using System.Text.Json;
using BpfTune.Engine.Control;
using BpfTune.Rendering;

namespace BpfTune.CommandLine;

/// <summary>The verbs that ask a running daemon. No host, no logger: they start, ask, print and end.</summary>
internal sealed class Client(TextWriter output, TextWriter error)
{
    private static readonly ControlJson Json = ControlJson.Readable;

    /// <summary>Shows a listing.</summary>
    internal int Show(Listing listing, ClientArguments arguments) => Guarded(() =>
    {
        if (listing.Query is "jtunables" or "jstatus")
            return ShowClassic(listing, arguments);
        var request = new ControlRequest(listing.Query, listing.Tuner, Limit: listing.Limit) { All = listing.All ? true : null };
        var result = Ask(request, arguments);
        if (arguments.Json)
            return WriteJson(result);
        switch (listing.Query)
        {
            case "status":
                StatusText.Write(output, ControlClient.Read(result, Json.EngineStatus));
                break;
            case "tuners":
                TunersText.Write(output, ControlClient.Read(result, Json.IReadOnlyListTunerReport));
                break;
            case "tunables":
                TunablesText.Write(output, ControlClient.Read(result, Json.IReadOnlyListTunableReport));
                break;
            case "changes":
                ChangesText.Write(output, ControlClient.Read(result, Json.IReadOnlyListChangeReport));
                break;
            case "advice":
                AdviceText.Write(output, ControlClient.Read(result, Json.IReadOnlyListAdviceReport));
                break;
            case "summary":
                SummaryText.Write(output, ControlClient.Read(result, Json.RunSummary));
                break;
            case "namespaces":
                NamespacesText.Write(output, ControlClient.Read(result, Json.IReadOnlyListNamespaceReport));
                break;
            default:
                throw new ArgumentException($"There is no listing '{listing.Query}'.", nameof(listing));
        }

        return ExitCode.Done;
    });

    /// <summary>Lets a tuner tune again.</summary>
    internal int Resume(string tuner, string? networkNamespace, ClientArguments arguments) => Guarded(() =>
    {
        var result = Ask(new ControlRequest("resume", tuner, networkNamespace), arguments);
        if (arguments.Json)
            return WriteJson(result);
        ResumeText.Write(output, ControlClient.Read(result, Json.ResumeReport));
        return ExitCode.Done;
    });

    /// <summary>Has the daemon do what it advised, or not say it again.</summary>
    internal int Order(string order, IReadOnlyList<string> ids, ClientArguments arguments) => Guarded(() =>
    {
        var result = Ask(new ControlRequest(order) { Ids = ids }, arguments);
        var reports = ControlClient.Read(result, Json.IReadOnlyListAdviceOrderReport);
        if (arguments.Json)
            WriteJson(result);
        else
            AdviceText.Write(output, reports);
        return reports.All(report => report.Done) ? ExitCode.Done : ExitCode.Failed;
    });

    /// <summary>Has the daemon put everything back; without a daemon, <paramref name="offline"/> does.</summary>
    internal int Rollback(
        bool preview,
        ClientArguments arguments,
        Action<TextWriter, IReadOnlyList<RollbackReport>> write,
        Func<IReadOnlyList<RollbackReport>> offline) => Guarded(() =>
    {
        IReadOnlyList<RollbackReport> entries;
        try
        {
            entries = ControlClient.Read(
                Ask(new ControlRequest(preview ? "rollback_preview" : "rollback"), arguments),
                Json.IReadOnlyListRollbackReport);
        }
        catch (ControlException e) when (e.Error == ControlError.NoDaemon && arguments.Port is null)
        {
            entries = offline();
        }

        // Damage is why values are missing from the list: it is said to a person whoever reads the list.
        foreach (var damage in entries.Where(entry => entry.IsDamage()))
            error.Line($"bpftune: {damage.Text}");
        if (arguments.Json)
            WriteJson(JsonSerializer.SerializeToUtf8Bytes(entries, Json.IReadOnlyListRollbackReport));
        else
            write(output, entries);
        return entries.Any(e => e.IsFailure()) ? ExitCode.Failed : ExitCode.Done;
    });

    private int ShowClassic(Listing listing, ClientArguments arguments)
    {
        var tunables = ControlClient.Read(Ask(new ControlRequest("tunables"), arguments), Json.IReadOnlyListTunableReport);
        return WriteJson(listing.Query == "jstatus" ? ClassicJson.Values(tunables) : ClassicJson.Kinds(tunables));
    }

    private static ReadOnlyMemory<byte> Ask(ControlRequest request, ClientArguments arguments)
    {
        var endpoint = arguments.Port is { } port
            ? ControlEndpoint.Loopback(port)
            : ControlEndpoint.Unix(arguments.ToEngineOptions().ControlSocketPath);
        return new ControlClient(endpoint).Ask(request);
    }

    private int WriteJson(ReadOnlyMemory<byte> json)
    {
        output.WriteLine(Encoding.UTF8.GetString(json.Span));
        return ExitCode.Done;
    }

    private int Guarded(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (ControlException e)
        {
            error.Line($"bpftune: {e.Message}");
            return e.Error switch
            {
                ControlError.NoDaemon => ExitCode.NoDaemon,
                ControlError.Denied => ExitCode.Unsupported,
                _ => ExitCode.Failed,
            };
        }
    }
}
