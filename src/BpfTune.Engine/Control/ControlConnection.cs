using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop;

namespace BpfTune.Engine.Control;

/// <summary>
/// One caller: collects a line, sends the reply, waits for the caller to close. Never blocks; its owner drops it when
/// its time is up.
/// </summary>
/// <param name="socket">The connection.</param>
/// <param name="mayCommand">Whether the caller may change anything.</param>
/// <param name="now">The present time on the server's clock.</param>
/// <param name="patience">How long the caller may take for the request, and then without taking anything of the reply.</param>
internal sealed class ControlConnection(SafeFileHandle socket, bool mayCommand, TimeSpan now, TimeSpan patience) : IDisposable
{
    /// <summary>Longest request in bytes: the longest sensible one is a tenth of it.</summary>
    internal const int MaximumRequest = 4096;

    /// <summary>How long a reply may take in all, in multiples of the patience: one that is taken byte by byte is not for ever.</summary>
    private const int MostPatience = 12;

    private byte[]? _request = new byte[MaximumRequest];
    private int _received;
    private ReadOnlyMemory<byte> _reply;
    private TimeSpan _end;

    /// <summary>What the connection waits for.</summary>
    internal enum Wait
    {
        /// <summary>The request.</summary>
        Readable,

        /// <summary>The answer, which is being made.</summary>
        Answer,

        /// <summary>The caller, who is to take the reply.</summary>
        Writable,

        /// <summary>Nothing: it is done.</summary>
        Nothing,
    }

    /// <summary>The socket.</summary>
    internal SafeFileHandle Socket { get; } = socket;

    /// <summary>Whether the caller may change anything.</summary>
    internal bool MayCommand { get; } = mayCommand;

    /// <summary>When it is dropped, on the server's clock; never while it waits for us.</summary>
    internal TimeSpan Deadline { get; private set; } = now + patience;

    /// <summary>What it waits for now.</summary>
    internal Wait State { get; private set; } = Wait.Readable;

    /// <summary>Bytes of the reply that the caller has not taken yet.</summary>
    internal int Unsent => _reply.Length;

    /// <summary>The request line, once it is complete; empty before.</summary>
    internal ReadOnlySpan<byte> Line => _request.AsSpan(0, _received);

    /// <summary>Goes on as far as it can without blocking.</summary>
    /// <returns>Whether there is a request to answer now.</returns>
    internal bool Advance(TimeSpan now)
    {
        if (State == Wait.Writable)
            SendReply(now);
        return State == Wait.Readable && TryReadLine(now);
    }

    /// <summary>The reply is there.</summary>
    internal void Answer(byte[] reply, TimeSpan now)
    {
        _reply = reply;
        _request = null;
        _end = now + (patience * MostPatience);
        Deadline = now + patience;
        SendReply(now);
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private bool TryReadLine(TimeSpan now)
    {
        while (true)
        {
            var room = _request.AsSpan(_received);
            var got = Sockets.Receive(Socket, room, (nuint)room.Length, Sockets.MsgDontWait);
            if (got < 0 && Marshal.GetLastPInvokeError() == Sockets.Interrupted)
                continue;
            if (got < 0 && Marshal.GetLastPInvokeError() == Sockets.TryAgain)
                return false;
            if (got <= 0)
            {
                State = Wait.Nothing;
                return false;
            }

            // Only what is new can hold the line feed.
            var end = room[..(int)got].IndexOf((byte)'\n');
            if (end >= 0)
            {
                _received += end;
                State = Wait.Answer;
                Deadline = TimeSpan.MaxValue;
                return true;
            }

            _received += (int)got;
            if (_received < MaximumRequest)
                continue;
            Answer(ControlDispatcher.Error(ControlError.BadRequest, $"a request has at most {MaximumRequest} bytes"), now);
            return false;
        }
    }

    private void SendReply(TimeSpan now)
    {
        while (!_reply.IsEmpty)
        {
            var sent = Sockets.Send(Socket, _reply.Span, (nuint)_reply.Length, Sockets.MsgNoSignal | Sockets.MsgDontWait);
            if (sent >= 0)
            {
                _reply = _reply[(int)sent..];
                // Slow is not silent: who takes some of it gets the rest.
                Deadline = now + patience < _end ? now + patience : _end;
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Sockets.Interrupted:
                    continue;
                case Sockets.TryAgain:
                    State = Wait.Writable;
                    return;
                default:
                    // The caller went away: nobody is left to be told.
                    _reply = default;
                    break;
            }
        }

        State = Wait.Nothing;
    }
}
