using BpfTune.Engine.Control;
using BpfTune.Engine.Tests.Control;
using BpfTune.Rendering;

namespace BpfTune.Cli.Tests.Rendering;

public sealed class RenderingTests
{
    private readonly FakeQueries _queries = new();
    private readonly StringWriter _output = new();

    [Fact]
    public void Status()
    {
        StatusText.Write(_output, _queries.AtOnce());

        AssertText("""
            bpftune 0.1.0, pid 4242, running for 3 min 5 s on Linux 6.18.0
            learning rate 4, values are put back when it stops
            cgroup /sys/fs/cgroup
            2 changes, 120 events (7 more held back), 2 LOST, 3 network namespaces
              receive_buffer  tp_btf tcp_rcv_space_adjust
                                not tp_btf tcp_rcvbuf_grow: kernel has no tracepoint tcp_rcvbuf_grow to trace

            tuners:
              tcp_buffer: running (TCP buffer sizes), 1 hook of 2 lost
                stopped in namespace blue: pid 77 (sysctl) set net.ipv4.tcp_rmem
                largest bandwidth-delay product: 3 MB
              route_table: not needed on this kernel (the limit is gone since 6.3)

            TUNABLE            NAMESPACE  VALUE                CHANGED FROM
            net.ipv4.tcp_rmem  global     4096 131072 6291456
            net.ipv4.tcp_rmem  blue       4096 131072 7864320  4096 131072 6291456
            """);
    }

    [Fact]
    public void Status_shows_trouble()
    {
        var status = _queries.AtOnce() with
        {
            Tuners = [],
            Tunables = [],
            CgroupRoot = null,
            Hooks = [],
            UptimeSeconds = 0.4,
            RollbackAtExit = false,
            Legacy = true,
            JournalProblem = "the journal cannot be written: no space is left",
            EventsLost = 0,
            EventsSuppressed = 0,
            Changes = 1,
            Namespaces = 1,
        };

        StatusText.Write(_output, status);

        AssertText("""
            bpftune 0.1.0, pid 4242, running for 0 s on Linux 6.18.0
            learning rate 4, values stay when it stops, legacy mode
            no cgroup2 hierarchy
            1 change, 120 events, 1 network namespace
            NOTHING IS CHANGED NOW: the journal cannot be written: no space is left

            no tuners were found
            """);
    }

    [Fact]
    public void Tuners()
    {
        TunersText.Write(_output, _queries.Tuners(null));

        AssertText($"""
            tcp_buffer: running (TCP buffer sizes)
              receive_buffer  tp_btf tcp_rcv_space_adjust
                                not tp_btf tcp_rcvbuf_grow: kernel has no tracepoint tcp_rcvbuf_grow to trace
              syn_flood       LOST: the SYN backlog is not tuned
                                not fentry tcp_syn_flood_action: the kernel refuses it (EPERM), lockdown is integrity
              stopped in namespace blue: pid 77 (sysctl) set net.ipv4.tcp_rmem at {Words.Time(FakeQueries.Noon)}; 'bpftune resume tcp_buffer' undoes that
              largest bandwidth-delay product: 3 MB
              120 events, 2 changes, 1 too soon
            route_table: not needed on this kernel (the limit is gone since 6.3)
            """);
    }

    [Theory]
    [InlineData("advise", "'bpftune advice' lists what would be done")]
    [InlineData("off", "nothing is done, and nothing is advised")]
    public void Status_shows_a_mode_in_which_nothing_is_written(string mode, string text)
    {
        StatusText.Write(_output, _queries.AtOnce() with { Mode = new RuleReport("mode", mode, "/etc/x.conf:3") });

        Assert.Contains($"\nmode {mode} (/etc/x.conf:3): {text}\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TunerState.Paused, "paused")]
    [InlineData(TunerState.Disabled, "disabled")]
    [InlineData(TunerState.Refused, "refused")]
    public void A_tuner_that_does_not_run_says_why(TunerState state, string word)
    {
        TunersText.Write(_output, [new TunerReport("x", "", state, "a reason", "/x", [], [], [], new TunerCounts())]);

        AssertText($"x: {word} (a reason)");
    }

    [Fact]
    public void Tunables()
    {
        TunablesText.Write(_output, [.. _queries.TunablesAtOnce(null), new TunableReport("u", "net.x", "machine", "count", "things", [new MemberReport("", 1, 2), new MemberReport("max", 1, long.MaxValue)], [])]);

        AssertText("""
            net.ipv4.tcp_rmem  receive buffer of a TCP socket (tcp_buffer, bytes, one value in each namespace)
              min from 4096 to INT_MAX
              max from 4096 to 1073741824
              global: 4096 131072 6291456
              blue: 4096 131072 7864320 (was 4096 131072 6291456; 1 change)
            net.x  things (u, count, one value for the machine)
              value from 1 to 2
              max from 1 up
              this kernel has no such setting
            """);
    }

    [Fact]
    public void Tunables_show_which_settings_hold_and_where_they_were_made()
    {
        var tunable = _queries.TunablesAtOnce(null)[0] with
        {
            Members = [],
            Values = [new TunableValueReport("global", "4096 131072 6291456", null, 0)],
            Rules = [new("mode", "advise", "/etc/x.conf:3"), new("max", "16777216", "/etc/x.conf:4"), new("raise_only", "yes", "/etc/x.conf:5"), new("mode", "off", "/etc/x.conf:7", "docker-*")],
        };

        TunablesText.Write(_output, [tunable]);

        AssertText("""
            net.ipv4.tcp_rmem  receive buffer of a TCP socket (tcp_buffer, bytes, one value in each namespace)
              mode advise (/etc/x.conf:3)
              max 16777216 (/etc/x.conf:4)
              raise-only (/etc/x.conf:5)
              mode off in namespace docker-* (/etc/x.conf:7)
              global: 4096 131072 6291456
            """);
    }

    [Fact]
    public void Advice()
    {
        AdviceText.Write(_output, _queries.Advice(all: true));

        AssertText($"""
            1a2b3c4d  udp_buffer: net.core.rmem_max 212992 -> 266240 in the global namespace
                udp_drops_at_maximum_buffer: 12 datagrams dropped
                3 times, first {Words.Time(FakeQueries.Noon)}, last {Words.Time(FakeQueries.Noon.AddMinutes(5))}
            00c0ffee  tcp_buffer: net.ipv4.tcp_rmem max in namespace blue (ignored)
                rcvbuf_near_max: not seen since the daemon was started
            """);
    }

    [Fact]
    public void Changes()
    {
        ChangesText.Write(_output, _queries.Changes(1));

        AssertText($"""
            {Words.Time(FakeQueries.Noon)}  tcp_buffer: net.ipv4.tcp_rmem 4096 131072 6291456 -> 4096 131072 7864320 in namespace blue
                rcvbuf_near_max: rcvbuf 6291456 of max 6291456, 12 sockets in 2 s
            """);
    }

    [Fact]
    public void Summary()
    {
        SummaryText.Write(_output, _queries.Summary());

        AssertText("""
            tcp_buffer: net.ipv4.tcp_rmem in namespace blue 4096 131072 6291456 -> 4096 131072 12582912, 3 changes (rcvbuf_near_max: 12 sockets in 2 s)
            tcp_conn: 6 connections were switched to bbr for loss
            """);
    }

    [Fact]
    public void Namespaces()
    {
        NamespacesText.Write(_output, _queries.Namespaces());

        AssertText("""
            NAMESPACE  INODE       COOKIE  OWNER
            global     4026531840  1       the machine
            blue       4026532000  none    the machine
            """);
    }

    [Fact]
    public void Nothing_is_said_in_words()
    {
        ChangesText.Write(_output, []);
        SummaryText.Write(_output, new RunSummary([], []));
        TunersText.Write(_output, []);
        TunablesText.Write(_output, []);
        RollbackText.Write(_output, []);
        ResumeText.Write(_output, new ResumeReport("tcp_buffer", []));
        AdviceText.Write(_output, (IReadOnlyList<AdviceReport>)[]);

        AssertText("""
            nothing was changed
            nothing was changed
            no tuners were found
            no running tuner manages a tunable
            there is nothing to put back
            tcp_buffer had not stopped
            there is no advice
            """);
    }

    [Fact]
    public void Resume()
    {
        ResumeText.Write(_output, new ResumeReport("tcp_buffer", ["global", "blue"]));

        AssertText("""
            tcp_buffer tunes the global namespace again
            tcp_buffer tunes namespace blue again
            """);
    }

    [Fact]
    public void Who_was_not_seen_is_not_named()
    {
        var unseen = new OverrideReport("net.ipv4.tcp_rmem", "blue", 0, "", FakeQueries.Noon);
        Assert.Equal("net.ipv4.tcp_rmem was set by somebody who was not seen", TunersText.Stopped(unseen));
        Assert.Equal("pid 7 (ip) set net.ipv4.tcp_rmem", TunersText.Stopped(unseen with { ProcessId = 7, Command = "ip" }));
    }

    /// <summary>Any user may name a process or a namespace; none may steer the administrator's terminal.</summary>
    [Fact]
    public void No_control_character_reaches_the_terminal()
    {
        const string Evil = "\e[2J\n\rx\u009b";
        var hook = new HookReport(Evil, null, null, Evil, [new AttemptReport("fentry", Evil, Evil)]);
        var tuner = new TunerReport(Evil, Evil, TunerState.Running, null, Evil, [hook], [new OverrideReport(Evil, Evil, 1, Evil, FakeQueries.Noon)], [new FactReport(Evil, Evil)], new TunerCounts());
        var tunable = new TunableReport("t", Evil, "machine", "count", Evil, [], [new TunableValueReport(Evil, Evil, Evil, 1)])
        {
            Rules = [new RuleReport("mode", "off", Evil, Evil)],
        };

        TunersText.Write(_output, [tuner]);
        TunablesText.Write(_output, [tunable]);
        ChangesText.Write(_output, [new ChangeReport(FakeQueries.Noon, "t", Evil, Evil, Evil, Evil, "s", Evil)]);
        SummaryText.Write(_output, new RunSummary([new ChangeSummary("t", Evil, Evil, "s", 1, Evil, Evil, Evil)], [new DeedReport("t", Evil)]));
        AdviceText.Write(_output, [new AdviceReport(Evil, Evil, Evil, Evil, Evil, Evil, false) { Value = Evil, Advised = Evil, Evidence = Evil }]);
        AdviceText.Write(_output, [new AdviceOrderReport(Evil, true, Evil)]);
        NamespacesText.Write(_output, [new NamespaceReport(Evil, 1, 1, false)]);
        RollbackText.Write(_output, [new RollbackReport(Evil, Evil, Evil, Evil, "left", Evil)]);
        StatusText.Write(_output, _queries.AtOnce() with { Tuners = [tuner], Tunables = [tunable], Hooks = [hook], JournalProblem = Evil, CgroupRoot = Evil });

        Assert.DoesNotContain(_output.ToString(), c => char.IsControl(c) && c != '\n');
        // The line feed of a name began no line either.
        Assert.DoesNotContain(_output.ToString().Split('\n'), l => l.StartsWith("?x", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(-5, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min 0 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3600, "1 h 0 min")]
    [InlineData(86399, "23 h 59 min")]
    [InlineData(90000, "1 d 1 h")]
    public void Durations(int seconds, string expected) => Assert.Equal(expected, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_row_has_as_many_cells_as_there_are_titles() =>
        Assert.Throws<ArgumentException>(() => new TextTable("A", "B").Add("1"));

    private void AssertText(string expected) =>
        Assert.Equal(expected.ReplaceLineEndings("\n"), _output.ToString().ReplaceLineEndings("\n").TrimEnd('\n'));
}
