using System.Net.Sockets;
using System.Text;
using BpfTune.Engine.Control;
using BpfTune.Engine.Tests.Control;
using BpfTune.Logging;
using Microsoft.Extensions.Logging;

namespace BpfTune.Cli.Tests.Logging;

public sealed class LoggingTests
{
    private static readonly DateTimeOffset s_time = new(2026, 3, 1, 9, 5, 7, 250, TimeSpan.Zero);
    private readonly MemoryStream _stream = new();

    [Theory]
    [InlineData(LogLevel.Debug, "09:05:07.250 debug tcp_buffer: text\n")]
    [InlineData(LogLevel.Information, "09:05:07.250 info  tcp_buffer: text\n")]
    [InlineData(LogLevel.Warning, "09:05:07.250 warn  tcp_buffer: text\n")]
    [InlineData(LogLevel.Error, "09:05:07.250 error tcp_buffer: text\n")]
    [InlineData(LogLevel.Critical, "09:05:07.250 crit  tcp_buffer: text\n")]
    public void A_terminal_gets_time_level_and_tuner(LogLevel level, string line)
    {
        new TerminalSink(_stream, colour: false, new FixedTime(s_time)).Write(level, "tcp_buffer", "text");

        Assert.Equal(line, Written());
    }

    [Fact]
    public void Colour_is_closed_again()
    {
        new TerminalSink(_stream, colour: true, new FixedTime(s_time)).Write(LogLevel.Warning, "x", "text");

        Assert.Equal("09:05:07.250 \e[33mwarn  x: text\e[0m\n", Written());
    }

    [Theory]
    [InlineData(LogLevel.Debug, "<7>")]
    [InlineData(LogLevel.Information, "<6>")]
    [InlineData(LogLevel.Warning, "<4>")]
    [InlineData(LogLevel.Error, "<3>")]
    [InlineData(LogLevel.Critical, "<2>")]
    public void The_journal_gets_a_priority_before_every_line(LogLevel level, string priority)
    {
        new JournalSink(_stream).Write(level, "x", "first\nsecond");

        Assert.Equal($"{priority}x: first\n{priority}x: second\n", Written());
    }

    [Fact]
    public void The_system_log_gets_a_datagram_as_syslog_has_it() => Assert.Equal(
        "<28>Mar  1 09:05:07 bpftune[77]: tcp_buffer: text",
        SyslogSink.Format(LogLevel.Warning, "tcp_buffer", "text", s_time, 77));

    [Fact]
    public void The_system_log_gets_one_datagram_for_each_line()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "log");
        using var receiver = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        receiver.Bind(new UnixDomainSocketEndPoint(path));
        using var sender = UnixDatagram.To(path)!;

        new SyslogSink(sender, new FixedTime(s_time)).Write(LogLevel.Information, "x", "one\ntwo");

        var buffer = new byte[256];
        Assert.EndsWith(": x: one", Encoding.UTF8.GetString(buffer, 0, receiver.Receive(buffer)), StringComparison.Ordinal);
        Assert.EndsWith(": x: two", Encoding.UTF8.GetString(buffer, 0, receiver.Receive(buffer)), StringComparison.Ordinal);
    }

    [Fact]
    public void No_name_can_forge_a_line_or_steer_the_terminal()
    {
        new JournalSink(_stream).Write(LogLevel.Information, "x", "a\e[2J\r<0>b");

        Assert.Equal("<6>x: a?[2J\n<6>x: <0>b\n", Written());
    }

    [Theory]
    [InlineData(LogLevel.Information, "it failed: inner")]
    [InlineData(LogLevel.Debug, "it failed: System.InvalidOperationException: inner")]
    public void An_exception_is_its_message_and_at_debug_all_of_it(LogLevel minimum, string start)
    {
        var sink = new ListSink();
        var logger = new SinkLoggerProvider(sink, minimum).CreateLogger("x");

        logger.Log(LogLevel.Error, 1, "it failed", new InvalidOperationException("inner"), (s, _) => s);

        Assert.StartsWith(start, Assert.Single(sink.Entries).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_lies_below_the_minimum_is_not_written()
    {
        var sink = new ListSink();
        var logger = new SinkLoggerProvider(sink, LogLevel.Information).CreateLogger("x");

        Assert.False(logger.IsEnabled(LogLevel.Debug));
        logger.Log(LogLevel.Debug, 1, "quiet", null, (s, _) => s);
        logger.Log(LogLevel.Information, 1, "loud", null, (s, _) => s);

        Assert.Equal("loud", Assert.Single(sink.Entries).Text);
    }

    [Theory]
    [InlineData("tcp_buffer", "tcp_buffer")]
    [InlineData("bpftune", "bpftune")]
    [InlineData("BpfTune.Daemon.SignalLifetime", "bpftune")]
    public void A_line_names_its_tuner_or_the_suite(string category, string source) => Assert.Equal(source, LogText.Source(category));

    [Theory]
    [InlineData("8:123", true)]
    [InlineData("8:124", false)]
    [InlineData("9:123", false)]
    [InlineData("8", false)]
    [InlineData(":123", false)]
    [InlineData("8:", false)]
    [InlineData("8:-1", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void The_journal_is_recognised_by_device_and_inode(string? variable, bool expected) =>
        Assert.Equal(expected, JournalStream.Matches(variable, (8UL, 123UL)));

    [Fact]
    public void A_descriptor_that_is_closed_is_not_the_journal() => Assert.False(JournalStream.Matches("8:123", null));

    [Theory]
    [InlineData(0, 8, 8)]
    [InlineData(8, 1, 0x801)]
    [InlineData(259, 300, 0x11032c)]
    public void Device_numbers_are_packed_as_the_c_library_does(ulong major, ulong minor, ulong expected) =>
        Assert.Equal(expected, Interop.MakeDevice(major, minor));

    private string Written() => Encoding.UTF8.GetString(_stream.ToArray());

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
