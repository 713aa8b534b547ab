using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Control;

/// <summary>Turns one request line into one reply line; knows nothing of sockets.</summary>
public sealed partial class ControlDispatcher(IEngineQueries queries, ILogger logger)
{
    /// <summary>Changes listed when the request names no limit.</summary>
    public const int DefaultChanges = 50;

    private static readonly ControlJson Json = ControlJson.Readable;

    /// <summary>Answers a request.</summary>
    /// <param name="line">The request without its line feed.</param>
    /// <param name="mayCommand">Whether the caller may change anything.</param>
    /// <returns>The reply with its line feed, or what makes it in steps.</returns>
    public ControlAnswer Answer(ReadOnlySpan<byte> line, bool mayCommand)
    {
        try
        {
            return Dispatch(Read(line), mayCommand);
        }
        catch (ControlException e)
        {
            return Error(e.Error, e.Message);
        }
        catch (Exception e)
        {
            // The border between a request and the daemon: a fault in answering costs the answer, not the daemon.
            return Fault(e);
        }
    }

    /// <summary>Goes on with an answer that is made in steps, for a while.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="goOn">Asked after each step whether there is time for another.</param>
    /// <returns>The reply; null when it is not complete yet.</returns>
    internal byte[]? Continue(ControlAnswer answer, Func<bool> goOn)
    {
        try
        {
            while (answer.Step())
            {
                if (!goOn())
                    return null;
            }

            return answer.End();
        }
        catch (ControlException e)
        {
            return Error(e.Error, e.Message);
        }
        catch (Exception e)
        {
            return Fault(e);
        }
    }

    private byte[] Fault(Exception e)
    {
        LogFailure(logger, e);
        return Error(ControlError.Failed, $"the daemon could not answer: {Loop.FaultText.Message(e)}");
    }

    /// <summary>A reply that says why there is none.</summary>
    public static byte[] Error(ControlError error, string message)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok", false);
            writer.WritePropertyName("error");
            JsonSerializer.Serialize(writer, error, Json.ControlError);
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static ControlRequest Read(ReadOnlySpan<byte> line)
    {
        ControlRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(line, Json.ControlRequest);
        }
        catch (JsonException)
        {
            request = null;
        }

        return string.IsNullOrEmpty(request?.Query)
            ? throw new ControlException(ControlError.BadRequest, "a request is one line of JSON such as {\"query\":\"status\"}")
            : request;
    }

    private ControlAnswer Dispatch(ControlRequest request, bool mayCommand)
    {
        switch (request.Query)
        {
            case "status":
                return Last(queries.Status(), Json.EngineStatus);
            case "tuners":
                return Result(queries.Tuners(request.Tuner), Json.IReadOnlyListTunerReport);
            case "tunables":
                return Last(queries.Tunables(request.Tuner), Json.IReadOnlyListTunableReport);
            case "changes":
                return Result(queries.Changes(request.Limit ?? DefaultChanges), Json.IReadOnlyListChangeReport);
            case "summary":
                return Result(queries.Summary(), Json.RunSummary);
            case "namespaces":
                return Result(queries.Namespaces(), Json.IReadOnlyListNamespaceReport);
            case "advice":
                return Result(queries.Advice(request.All ?? false), Json.IReadOnlyListAdviceReport);
            case "apply":
                return Order(request, mayCommand, queries.Apply);
            case "ignore":
                return Order(request, mayCommand, queries.Ignore);
            case "rollback_preview":
                return RollBack(preview: true);
            case "rollback":
                Demand(mayCommand, request.Query);
                return RollBack(preview: false);
            case "resume":
                Demand(mayCommand, request.Query);
                if (string.IsNullOrEmpty(request.Tuner))
                    throw new ControlException(ControlError.BadRequest, "resume needs the name of a tuner");
                return Result(queries.Resume(request.Tuner, request.Namespace), Json.ResumeReport);
            default:
                throw new ControlException(ControlError.BadRequest, $"there is no query '{Printable(request.Query)}'");
        }
    }

    private static byte[] Order(ControlRequest request, bool mayCommand, Func<IReadOnlyList<string>, IReadOnlyList<AdviceOrderReport>> order)
    {
        Demand(mayCommand, request.Query);
        if (request.Ids is not { Count: > 0 } ids || ids.Any(string.IsNullOrEmpty))
            throw new ControlException(ControlError.BadRequest, $"{request.Query} needs ids of advice");
        return Result(order(ids), Json.IReadOnlyListAdviceOrderReport);
    }

    private ControlAnswer RollBack(bool preview) =>
        ControlAnswer.InSteps(queries.Rollback(preview), reports => Result(reports, Json.IReadOnlyListRollbackReport));

    /// <summary>What the last step gives is the answer.</summary>
    private static ControlAnswer Last<T>(IEnumerable<T?> work, JsonTypeInfo<T> type)
        where T : class => ControlAnswer.InSteps(work, results => Result(results[^1]!, type));

    private static void Demand(bool mayCommand, string query)
    {
        if (!mayCommand)
            throw new ControlException(ControlError.Denied, $"'{query}' changes things and is taken on the control socket only");
    }

    private static byte[] Result<T>(T value, JsonTypeInfo<T> type)
    {
        using var stream = new MemoryStream();
        stream.Write("{\"ok\":true,\"result\":"u8);
        JsonSerializer.Serialize(stream, value, type);
        stream.Write("}\n"u8);
        return stream.ToArray();
    }

    // What a stranger sent goes back to a terminal: without control characters and not at length.
    private static string Printable(string text)
    {
        var builder = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, 40)))
            builder.Append(char.IsControl(c) ? '?' : c);
        return builder.ToString();
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Warning, Message = "A query could not be answered")]
    private static partial void LogFailure(ILogger logger, Exception exception);
}
