using System.ComponentModel;
using System.Runtime.InteropServices;

namespace BpfTune;

/// <summary>
/// Writes to standard output or standard error themselves, whatever they are at the time. The console's own streams
/// write to duplicates, which stay what they were when a daemon leaves its terminal.
/// </summary>
internal sealed class DescriptorStream(int descriptor) : Stream
{
    internal const int StandardOutput = 1;
    internal const int StandardError = 2;

    private const int Interrupted = 4; // EINTR
    private const int InputOutput = 5; // EIO
    private const int TryAgain = 11; // EAGAIN
    private const int BrokenPipe = 32; // EPIPE

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes it all. What nobody can read any more (a closed pipe, a terminal that was hung up) is dropped: it must not end a daemon.</summary>
    /// <exception cref="IOException">It cannot be written for another reason, such as a full disk.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = Interop.Write(descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case TryAgain:
                    // Somebody who shares the terminal has made it non-blocking.
                    var poll = new Interop.PollDescriptor { Descriptor = descriptor, Events = Interop.PollOut };
                    _ = Interop.Poll(ref poll, 1, -1);
                    break;
                case BrokenPipe or InputOutput:
                    return;
                case var errno:
                    throw new IOException(new Win32Exception(errno).Message);
            }
        }
    }

    /// <summary>
    /// Writes it all if that is possible without waiting. A pipe that is ready takes at least so much; whoever else writes
    /// to the same pipe at this very moment could still make it wait.
    /// </summary>
    /// <returns>False when it was not ready, or has failed: nothing is written then.</returns>
    internal bool TryWrite(ReadOnlySpan<byte> buffer)
    {
        // POSIX's PIPE_BUF on Linux: a write of no more is not split.
        const int Atomic = 4096;
        if (buffer.Length > Atomic)
            return false;
        var poll = new Interop.PollDescriptor { Descriptor = descriptor, Events = Interop.PollOut };
        if (Interop.Poll(ref poll, 1, 0) <= 0 || (poll.Returned & Interop.PollOut) == 0)
            return false;
        var written = Interop.Write(descriptor, buffer, (nuint)buffer.Length);
        if (written < 0)
            return Marshal.GetLastPInvokeError() is BrokenPipe or InputOutput;
        if (written < buffer.Length)
            Write(buffer[(int)written..]);
        return true;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
