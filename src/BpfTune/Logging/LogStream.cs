using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>
/// Standard error, whose reader may stall: the engine's loop writes to it and must not wait for a pager, a full pipe or
/// a system log that was stopped.
/// </summary>
internal sealed class LogStream : Stream
{
    private readonly Outbox _outbox;
    private readonly MemoryStream _own = new();
    private ILogSink? _format;

    internal LogStream(DescriptorStream stream) => _outbox = new Outbox(
        message => stream.TryWrite(message.Span),
        message => stream.Write(message.Span))
    {
        Dropped = Say,
    };

    /// <summary>Says how many lines were dropped, in the form that the reader wants.</summary>
    /// <param name="sink">Makes a sink of that form.</param>
    internal void SayDroppedAs(Func<Stream, ILogSink> sink) => _format = sink(_own);

    /// <summary>Waits until all is written, but not longer than this.</summary>
    internal void Flush(TimeSpan limit) => _outbox.Flush(limit);

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

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => _outbox.Post(buffer.ToArray());

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

    private ReadOnlyMemory<byte> Say(long dropped)
    {
        // Only the one thread that empties the queue comes here.
        _own.SetLength(0);
        _format?.Write(LogLevel.Warning, "bpftune", $"{dropped} lines were dropped: whoever reads this log did not take them in time");
        return _own.ToArray();
    }
}
