using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop;

namespace BpfTune.Engine.Control;

/// <summary>
/// One caller: collects a line, sends the reply, waits for the caller to close. Never blocks; its owner drops it when
/// its time is up.
/// </summary>
internal sealed class ControlConnection(SafeFileHandle socket, bool mayCommand, TimeSpan deadline) : IDisposable
{
    /// <summary>Longest request in bytes: the longest sensible one is a tenth of it.</summary>
    internal const int MaximumRequest = 4096;

    private readonly byte[] _request = new byte[MaximumRequest];
    private int _received;
    private ReadOnlyMemory<byte> _reply;
    private bool _answered;

    /// <summary>What the connection waits for.</summary>
    internal enum Wait
    {
        Readable,
        Writable,
        Nothing,
    }

    /// <summary>The socket.</summary>
    internal SafeFileHandle Socket { get; } = socket;

    /// <summary>Whether the caller may change anything.</summary>
    internal bool MayCommand { get; } = mayCommand;

    /// <summary>When it is dropped whatever its state, on the server's clock.</summary>
    internal TimeSpan Deadline { get; } = deadline;

    /// <summary>What it waits for now; <see cref="Wait.Nothing"/> when it is done.</summary>
    internal Wait State { get; private set; } = Wait.Readable;

    /// <summary>Goes on as far as it can without blocking.</summary>
    /// <param name="answer">Makes the reply for a request line.</param>
    internal void Advance(Func<ControlConnection, ReadOnlySpan<byte>, byte[]> answer)
    {
        if (!_answered && !TryReadLine(answer))
            return;
        SendReply();
    }

    /// <summary>Answers without having read anything.</summary>
    internal void Reject(byte[] reply)
    {
        _answered = true;
        _reply = reply;
        SendReply();
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private bool TryReadLine(Func<ControlConnection, ReadOnlySpan<byte>, byte[]> answer)
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

            var line = _request.AsSpan(0, _received + (int)got);
            // Only what is new can hold the line feed.
            var end = line[_received..].IndexOf((byte)'\n');
            _received = line.Length;
            if (end >= 0)
            {
                _reply = answer(this, line[..(line.Length - (int)got + end)]);
                _answered = true;
                return true;
            }

            if (_received == MaximumRequest)
            {
                _reply = ControlDispatcher.Error(ControlError.BadRequest, $"a request has at most {MaximumRequest} bytes");
                _answered = true;
                return true;
            }
        }
    }

    private void SendReply()
    {
        while (!_reply.IsEmpty)
        {
            var sent = Sockets.Send(Socket, _reply.Span, (nuint)_reply.Length, Sockets.MsgNoSignal | Sockets.MsgDontWait);
            if (sent >= 0)
            {
                _reply = _reply[(int)sent..];
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
