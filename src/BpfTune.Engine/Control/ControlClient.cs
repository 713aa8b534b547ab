using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop;

namespace BpfTune.Engine.Control;

/// <summary>Asks a running daemon. Plain blocking calls: a client command has nothing else to do.</summary>
public sealed class ControlClient(ControlEndpoint endpoint)
{
    // Far above any reply of ours: only a stranger on the port would send more.
    private const int MaximumReply = 64 << 20;

    // Together longer than the daemon puts up with callers who are silent.
    private const int MostAttempts = 40;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the daemon may take; rolling back a thousand namespaces takes a while.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Sends a request and returns the result's JSON, as the daemon wrote it.</summary>
    /// <exception cref="ControlException">No daemon, no permission, or the daemon says no.</exception>
    public ReadOnlyMemory<byte> Ask(ControlRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return AskOnce(request);
            }
            catch (ControlException e) when (e.Error == ControlError.Busy && attempt < MostAttempts)
            {
                // Others were faster: they are served, or dropped, within moments.
                Thread.Sleep(s_pause);
            }
        }
    }

    private ReadOnlyMemory<byte> AskOnce(ControlRequest request)
    {
        using var socket = Connect();
        Send(socket, Line(request));
        return Unwrap(ReceiveAll(socket));
    }

    /// <summary>
    /// A request as its line. Written by hand: the serializer would be compiled for it at each start of the command,
    /// which takes longer than the answer.
    /// </summary>
    internal static byte[] Line(ControlRequest request)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("query", request.Query);
            if (request.Tuner is { } tuner)
                writer.WriteString("tuner", tuner);
            if (request.Namespace is { } networkNamespace)
                writer.WriteString("namespace", networkNamespace);
            if (request.Limit is { } limit)
                writer.WriteNumber("limit", limit);
            if (request.All is { } all)
                writer.WriteBoolean("all", all);
            if (request.Ids is { } ids)
            {
                writer.WriteStartArray("ids");
                foreach (var id in ids)
                    writer.WriteStringValue(id);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Takes the result out of a reply line.</summary>
    /// <exception cref="ControlException">The reply says no, or is none.</exception>
    internal static ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> reply)
    {
        bool? ok = null;
        Range result = default;
        var error = ControlError.Failed;
        var message = "";
        try
        {
            var reader = new Utf8JsonReader(reply.Span);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Nonsense(reply.Span);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                switch (name)
                {
                    case "ok":
                        ok = reader.GetBoolean();
                        break;
                    case "result":
                        var start = (int)reader.TokenStartIndex;
                        reader.Skip();
                        result = start..(int)reader.BytesConsumed;
                        break;
                    case "error":
                        error = JsonSerializer.Deserialize(ref reader, ControlJson.Readable.ControlError);
                        break;
                    case "message":
                        message = reader.GetString() ?? "";
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
        }
        catch (JsonException)
        {
            throw Nonsense(reply.Span);
        }
        catch (InvalidOperationException)
        {
            throw Nonsense("?"u8);
        }

        return ok switch
        {
            true => reply[result],
            false => throw new ControlException(error, message),
            null => throw Nonsense(reply.Span),
        };
    }

    private static ControlException Nonsense(ReadOnlySpan<byte> reply)
    {
        if (reply.IsEmpty)
            return new(ControlError.Failed, "the daemon has closed the connection without an answer: it is busy or stopping; ask again");
        return reply.StartsWith("{\"ok\":"u8)
            ? new(ControlError.Failed, "the daemon stopped in the middle of its answer: it ended, or gave up a caller who reads too slowly; ask again")
            : new(ControlError.Failed, "what answered is not a bpftune daemon");
    }

    private SafeFileHandle Connect()
    {
        var family = endpoint.SocketPath is null ? Sockets.AfInet : Sockets.AfUnix;
        var socket = Sockets.Socket(family, Sockets.SockStream | Sockets.SockCloseOnExec, 0);
        if (socket.IsInvalid)
            throw new ControlException(ControlError.Failed, $"cannot make a socket: {Marshal.GetLastPInvokeErrorMessage()}");

        var limit = new Sockets.TimeValue { Seconds = (nint)Timeout.TotalSeconds, Microseconds = Timeout.Milliseconds * 1000 };
        var size = (uint)Unsafe.SizeOf<Sockets.TimeValue>();
        _ = Sockets.SetTimeout(socket, Sockets.SolSocket, Sockets.SoReceiveTimeout, limit, size);
        _ = Sockets.SetTimeout(socket, Sockets.SolSocket, Sockets.SoSendTimeout, limit, size);

        Span<byte> address = stackalloc byte[Sockets.MaximumAddress];
        var length = endpoint.SocketPath is null
            ? Sockets.LoopbackAddress(endpoint.Port, address)
            : Sockets.UnixAddress(endpoint.SocketPath, address);
        if (length == 0)
            throw new ControlException(ControlError.BadRequest, $"the socket path '{endpoint}' is longer than the kernel takes (107 bytes)");
        if (Sockets.Connect(socket, address[..length], (uint)length) == 0)
            return socket;

        var errno = Marshal.GetLastPInvokeError();
        socket.Dispose();
        throw errno is Sockets.AccessDenied or Sockets.NotPermitted
            ? new ControlException(ControlError.Denied, $"only root may talk to the daemon ({endpoint}); try sudo")
            : new ControlException(ControlError.NoDaemon, $"no daemon is running (nobody answers on {endpoint})");
    }

    private static void Send(SafeFileHandle socket, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var sent = Sockets.Send(socket, data, (nuint)data.Length, Sockets.MsgNoSignal);
            if (sent < 0)
            {
                if (Marshal.GetLastPInvokeError() == Sockets.Interrupted)
                    continue;
                // A daemon that turns a caller away answers before it reads: the reply says why.
                return;
            }

            data = data[(int)sent..];
        }
    }

    private static ReadOnlyMemory<byte> ReceiveAll(SafeFileHandle socket)
    {
        var buffer = new byte[16 * 1024];
        var used = 0;
        while (true)
        {
            if (used == buffer.Length)
            {
                if (used >= MaximumReply)
                    throw Nonsense("?"u8);
                Array.Resize(ref buffer, used * 2);
            }

            var got = Sockets.Receive(socket, buffer.AsSpan(used), (nuint)(buffer.Length - used), 0);
            if (got > 0)
            {
                used += (int)got;
                continue;
            }

            if (got == 0)
                return buffer.AsMemory(0, used);
            switch (Marshal.GetLastPInvokeError())
            {
                case Sockets.Interrupted:
                    continue;
                case Sockets.TryAgain:
                    throw new ControlException(ControlError.Failed, "the daemon does not answer");
                default:
                    // Reset by the peer: what came before it may still be the whole reply.
                    return buffer.AsMemory(0, used);
            }
        }
    }

    /// <summary>Reads a result into a report.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> result, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(result.Span, type)
        ?? throw new ControlException(ControlError.Failed, $"the daemon's answer is empty: {Encoding.UTF8.GetString(result.Span)}");
}
