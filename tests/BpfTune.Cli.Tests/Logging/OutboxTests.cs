using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipes;
using System.Text;
using System.Text.RegularExpressions;
using BpfTune.Logging;
using Microsoft.Extensions.Logging;

namespace BpfTune.Cli.Tests.Logging;

public sealed class OutboxTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<string> _taken = [];
    private readonly ManualResetEventSlim _open = new(true);

    [Fact]
    public void While_it_is_taken_there_is_no_thread()
    {
        var outbox = Make();
        outbox.Post("one"u8.ToArray());
        outbox.Post("two"u8.ToArray());
        Assert.Equal(["one", "two"], _taken);
        Assert.False(outbox.IsWaiting);
    }

    [Fact]
    public void What_is_not_taken_waits_in_order_and_the_thread_ends_with_it()
    {
        var outbox = Make();
        _open.Reset();
        for (var i = 0; i < 100; i++)
            outbox.Post(Encoding.UTF8.GetBytes($"{i}"));
        Assert.True(outbox.IsWaiting);
        Assert.Empty(_taken);
        _open.Set();
        outbox.Flush(s_patience);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), _taken);
        Assert.False(outbox.IsWaiting);
    }

    [Fact]
    public void What_finds_no_room_is_counted_and_said_afterwards()
    {
        var outbox = Make();
        _open.Reset();
        for (var i = 0; i < 300; i++)
            outbox.Post(new byte[1024]);
        _open.Set();
        outbox.Flush(s_patience);
        // The thread has one in its hands, sooner or later: there is room for another then.
        var said = _taken.Where(text => text.EndsWith(" were dropped", StringComparison.Ordinal)).ToArray();
        Assert.InRange(_taken.Count - said.Length, 256, 257);
        Assert.Equal(300, _taken.Count - said.Length + said.Sum(text => int.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void A_receiver_that_fails_costs_the_message_and_no_more()
    {
        var broken = true;
        var outbox = new Outbox(
            _ => false,
            m => _taken.Enqueue(broken ? throw new IOException("no room on the disk") : Encoding.UTF8.GetString(m.Span)))
        {
            Dropped = n => Encoding.UTF8.GetBytes($"{n} were dropped"),
        };
        outbox.Post("lost"u8.ToArray());
        outbox.Flush(s_patience);
        Assert.False(outbox.IsWaiting);
        broken = false;
        outbox.Post("kept"u8.ToArray());
        outbox.Flush(s_patience);
        Assert.Equal(["1 were dropped", "kept"], _taken);
    }

    [Fact]
    public void A_pipe_that_nobody_reads_holds_nobody_up_and_gets_all_that_found_room_later()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        using var client = new AnonymousPipeClientStream(PipeDirection.Out, server.ClientSafePipeHandle);
        var log = new LogStream(new DescriptorStream((int)client.SafePipeHandle.DangerousGetHandle()));
        log.SayDroppedAs(stream => new JournalSink(stream));
        var sink = new JournalSink(log);
        // A pipe takes 64 KiB and the queue 256: this is twice as much.
        const int Lines = 6000;
        for (var i = 0; i < Lines; i++)
            sink.Write(LogLevel.Information, "x", $"line {i:0000} {new string('.', 90)}");

        using var reader = new StreamReader(server);
        int number = 0, dropped = 0;
        while (number < Lines && reader.ReadLine() is { } line)
        {
            // Each gap is said in its place; how many there are is a matter of when the thread begins.
            if (Regex.Match(line, "^<4>bpftune: ([0-9]+) lines were dropped: whoever reads this log did not take them in time$") is { Success: true } gap)
            {
                var count = int.Parse(gap.Groups[1].Value, CultureInfo.InvariantCulture);
                (number, dropped) = (number + count, dropped + count);
            }
            else
            {
                Assert.StartsWith($"<6>x: line {number++:0000} ", line, StringComparison.Ordinal);
            }
        }

        Assert.Equal(Lines, number);
        Assert.InRange(Lines - dropped, 2000, Lines - 1);
    }

    [Fact]
    public void A_descriptor_that_is_closed_is_no_trouble()
    {
        var log = new LogStream(new DescriptorStream(9999));
        log.SayDroppedAs(stream => new JournalSink(stream));
        new JournalSink(log).Write(LogLevel.Information, "x", "nobody reads this");
        log.Flush(s_patience);
    }

    [Fact]
    public void No_name_can_begin_a_line_of_its_own()
    {
        var sink = new ListSink();
        var logger = new SinkLoggerProvider(sink, LogLevel.Debug).CreateLogger("x");
        logger.Log(LogLevel.Information, 1, "pid 7 (a\nb\u2028c) has set it", null, (s, _) => s);
        logger.Log(LogLevel.Debug, 1, "first\nsecond", null, (s, _) => s);
        Assert.Equal(["pid 7 (a b c) has set it", "first\n    second"], sink.Entries.Select(e => e.Text));
    }

    private Outbox Make() => new(
        m =>
        {
            if (_open.IsSet)
                Take(m);
            return _open.IsSet;
        },
        m =>
        {
            Assert.True(_open.Wait(s_patience));
            Take(m);
        })
    {
        Dropped = n => Encoding.UTF8.GetBytes($"{n} were dropped"),
    };

    private void Take(ReadOnlyMemory<byte> message) => _taken.Enqueue(Encoding.UTF8.GetString(message.Span));
}
