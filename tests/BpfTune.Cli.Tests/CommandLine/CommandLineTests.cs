using BpfTune.CommandLine;
using BpfTune.Engine.Tuning;
using BpfTune.Settings;

namespace BpfTune.Cli.Tests.CommandLine;

public sealed class CommandLineTests
{
    private readonly RecordingCommands _commands = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public void Nothing_at_all_runs_the_daemon_with_nothing_set()
    {
        var run = Run();

        Assert.Equal(new DaemonSettings(), run.Settings);
        Assert.Equal("/etc/bpftune", run.ConfigDirectory);
        Assert.False(run.Detach);
    }

    public static TheoryData<string, string> Flags => new()
    {
        { "-s", nameof(DaemonSettings.Stderr) },
        { "--stderr", nameof(DaemonSettings.Stderr) },
        { "-R", nameof(DaemonSettings.Rollback) },
        { "--rollback", nameof(DaemonSettings.Rollback) },
        { "-d", nameof(DaemonSettings.Debug) },
        { "--debug", nameof(DaemonSettings.Debug) },
        { "-L", nameof(DaemonSettings.Legacy) },
        { "--legacy", nameof(DaemonSettings.Legacy) },
        { "--tenants", nameof(DaemonSettings.Tenants) },
    };

    [Theory]
    [MemberData(nameof(Flags))]
    public void A_flag_sets_its_setting_alone(string flag, string setting)
    {
        var expected = setting switch
        {
            nameof(DaemonSettings.Stderr) => new DaemonSettings { Stderr = true },
            nameof(DaemonSettings.Rollback) => new DaemonSettings { Rollback = true },
            nameof(DaemonSettings.Tenants) => new DaemonSettings { Tenants = true },
            nameof(DaemonSettings.Debug) => new DaemonSettings { Debug = true },
            _ => new DaemonSettings { Legacy = true },
        };

        Assert.Equal(expected, Run(flag).Settings);
        Assert.Equal(expected, Run("run", flag).Settings);
    }

    [Theory]
    [InlineData("-r", "3")]
    [InlineData("-r3")]
    [InlineData("-r=3")]
    [InlineData("--learning_rate", "3")]
    [InlineData("--learning_rate=3")]
    [InlineData("--learning-rate=3")]
    public void The_learning_rate_is_taken_in_every_spelling(params string[] arguments) =>
        Assert.Equal(new DaemonSettings { LearningRate = 3 }, Run(arguments).Settings);

    [Theory]
    [InlineData(TuningMode.Tune, "--mode", "--mode", "tune")]
    [InlineData(TuningMode.Advise, "--mode", "--mode=Advise")]
    [InlineData(TuningMode.Off, "--mode", "--mo", "off")]
    [InlineData(TuningMode.Advise, "--dry-run", "--dry-run")]
    [InlineData(TuningMode.Advise, "--dry-run", "--dry-run", "--mode", "tune")]
    [InlineData(TuningMode.Off, "--mode", "--dry-run", "--mode", "off")]
    public void A_mode_is_for_everything_and_nothing_goes_beyond_it(TuningMode mode, string source, params string[] arguments)
    {
        var expected = new Sourced<TuningMode>(mode, source);

        Assert.Equal(new DaemonSettings { Mode = expected, MostMode = expected }, Run(arguments).Settings);
        Assert.Equal(new DaemonSettings { Mode = expected, MostMode = expected }, Run(["run", .. arguments]).Settings);
    }

    [Theory]
    [InlineData("-p", "1234")]
    [InlineData("-p1234")]
    [InlineData("--port=1234")]
    public void The_port_is_taken(params string[] arguments) =>
        Assert.Equal(new DaemonSettings { Port = 1234 }, Run(arguments).Settings);

    [Theory]
    [InlineData("-c")]
    [InlineData("--cgroup")]
    public void The_cgroup_is_taken(string flag) =>
        Assert.Equal(new DaemonSettings { Cgroup = "/sys/fs/cgroup/x" }, Run(flag, "/sys/fs/cgroup/x").Settings);

    [Fact]
    public void Tuners_may_be_allowed_by_any_of_their_names() =>
        Assert.Equal(
            ["tcp_buffer", "udp_buffer", "ip_frag"],
            Run("-a", "tcp_buffer_tuner.so", "--allow", "udp_buffer", "--allow=ip_frag.tuner.dll", "-a", "tcp_buffer").Settings.Allow!.Value);

    [Fact]
    public void Tuner_directories_add_up_and_are_made_absolute() =>
        Assert.Equal(
            ["/opt/a", Path.GetFullPath("b")],
            Run("-l", "/opt/a", "--libdir", "b").Settings.LibDirectories!.Value);

    [Fact]
    public void Letters_may_be_bundled()
    {
        var run = Run("-dsRLr2");

        Assert.Equal(new DaemonSettings { Debug = true, Stderr = true, Rollback = true, Legacy = true, LearningRate = 2 }, run.Settings);
    }

    public static TheoryData<string[], string[]> Spellings => new()
    {
        // Clear to getopt_long with the C program's options, and so here, although some of ours begin alike.
        { ["--c", "/x"], ["--cgroup", "/x"] },
        { ["--c=/x"], ["--cgroup", "/x"] },
        { ["--a", "tcp_buffer"], ["--allow", "tcp_buffer"] },
        { ["--da"], ["--daemon"] },
        { ["--deb"], ["--debug"] },
        { ["--leg"], ["--legacy"] },
        { ["--lea=2"], ["-r", "2"] },
        { ["--learning-r", "2"], ["-r", "2"] },
        { ["--li", "/x"], ["--libdir", "/x"] },
        { ["--p", "7"], ["--port", "7"] },
        { ["--q", "status"], ["--query", "status"] },
        { ["--r"], ["--rollback"] },
        { ["--st"], ["--stderr"] },
        { ["--su"], ["--support"] },
        // Ours.
        { ["--j", "status"], ["status", "--json"] },
        { ["--ru", "/x"], ["--runtime-dir", "/x"] },
        { ["--sta", "/x"], ["--state-dir", "/x"] },
        { ["--con", "/x"], ["--config", "/x"] },
        { ["changes", "--li", "7"], ["changes", "-n", "7"] },
        { ["rollback", "--d"], ["rollback", "--dry-run"] },
        // The next word is the value, whatever it looks like.
        { ["-c", "run"], ["--cgroup=run"] },
        { ["-a", "status", "-s"], ["--allow=status", "--stderr"] },
        { ["-c", "-d"], ["--cgroup=-d"] },
        { ["-c", "--"], ["--cgroup=--"] },
        { ["-sc/x"], ["-s", "-c", "/x"] },
        { ["-sc", "/x", "-d"], ["-s", "-d", "--cgroup", "/x"] },
        { ["-ldir"], ["--libdir", "dir"] },
        { ["-s", "--"], ["-s"] },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Options_are_spelt_as_for_getopt(string[] spelt, string[] full)
    {
        var (other, rest) = (new RecordingCommands(), new StringWriter());
        var code = new BpfTuneCommand(other).Invoke(full, rest, rest);

        Assert.Equal(code, Invoke(spelt));
        Assert.Equal(Text(other), Text(_commands));

        // Lists are compared by what is in them.
        static string Text(RecordingCommands commands) => string.Join('\n', commands.Calls.Select(call => call switch
        {
            RunArguments run => $"{run with { Settings = new DaemonSettings() }} {run.Settings with { Allow = null, LibDirectories = null }}"
                + $" allow {string.Join(' ', run.Settings.Allow ?? [])} libdir {string.Join(' ', run.Settings.LibDirectories ?? [])}",
            _ => call.ToString(),
        }));
    }

    [Theory]
    [InlineData("'--l' is ambiguous: --learning_rate, --legacy, --libdir", "--l", "/x")]
    [InlineData("'--s' is ambiguous: --stderr, --support", "--s")]
    public void An_abbreviation_that_is_not_clear_says_what_it_could_be(string problem, params string[] arguments)
    {
        Assert.Equal(ExitCode.Usage, Invoke(arguments));
        Assert.Equal($"bpftune: {problem} (try 'bpftune --help')\n", _error.ToString());
    }

    [Theory]
    [InlineData("-p", "0")]
    [InlineData("-p0")]
    [InlineData("--port=0")]
    public void Port_0_is_the_default_no_port(params string[] arguments)
    {
        Assert.Null(Run(arguments).Settings.Over(new DaemonSettings { Port = 1234 }).ToEngineOptions().Port);
        Assert.Equal((new Listing("status"), false, (int?)null), Invoked([.. arguments, "-q", "status"])[^1]);
    }

    [Theory]
    [InlineData("-D")]
    [InlineData("--daemon")]
    [InlineData("run", "-D")]
    public void The_daemon_may_go_into_the_background(params string[] arguments) => Assert.True(Run(arguments).Detach);

    [Fact]
    public void Places_may_be_moved()
    {
        var run = Run("--config", "/c", "--runtime-dir", "/r", "--state-dir=/s");

        Assert.Equal("/c", run.ConfigDirectory);
        Assert.Equal(new DaemonSettings { RuntimeDirectory = "/r", StateDirectory = "/s" }, run.Settings);
    }

    [Theory]
    [InlineData("version", "-V")]
    [InlineData("version", "--version")]
    [InlineData("version", "-dV")]
    [InlineData("version", "-V", "--bogus")]
    [InlineData("version", "-R", "-V", "status")]
    [InlineData("version", "-Vx")]
    [InlineData("version", "-c", "/x", "--ver", "-r", "9")]
    [InlineData("libdir", "-P")]
    [InlineData("libdir", "--print")]
    [InlineData("libdir", "--print-libdir")]
    [InlineData("query help", "-q", "help")]
    public void What_only_prints_runs_nothing(string call, params string[] arguments) =>
        Assert.Equal(call, Assert.Single(Invoked(arguments)));

    [Fact]
    public void Support_takes_the_daemons_settings() =>
        Assert.Equal(("support", new DaemonSettings { Legacy = true }, "/etc/bpftune"), Assert.Single(Invoked("-S", "-L")));

    public static TheoryData<string[], string, bool> Queries => new()
    {
        { ["-q", "tuners"], "tuners", false },
        { ["-q", "tunables"], "tunables", false },
        { ["-q", "jtunables"], "jtunables", false },
        { ["-q", "jstatus", "--json"], "jstatus", true },
        { ["-c", "/run/x", "-q", "jstatus"], "jstatus", false },
        { ["-q", "summary"], "summary", false },
        { ["--query", "status"], "status", false },
        { ["--query=jstatus"], "jstatus", false },
        { ["-qtuners", "--json"], "tuners", true },
        { ["status"], "status", false },
        { ["status", "--json"], "status", true },
        { ["--json", "tuners"], "tuners", true },
        { ["tunables"], "tunables", false },
        { ["changes"], "changes", false },
        { ["namespaces"], "namespaces", false },
        { ["advice", "--json"], "advice", true },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_listing_is_asked_for_by_query_and_by_verb(string[] arguments, string query, bool json) =>
        Assert.Equal((new Listing(query), json, (int?)null), Assert.Single(Invoked(arguments)));

    [Fact]
    public void A_listing_may_be_narrowed()
    {
        Assert.Equal((new Listing("tunables", "tcp_buffer"), false, (int?)null), Assert.Single(Invoked("tunables", "tcp_buffer")));
        Assert.Equal((new Listing("changes", Limit: 7), true, (int?)99), Invoked("changes", "-n", "7", "--json", "-p", "99")[1]);
        Assert.Equal((new Listing("advice", All: true), false, (int?)null), Invoked("advice", "--all")[2]);
    }

    [Fact]
    public void A_query_may_go_to_a_port() =>
        Assert.Equal((new Listing("tuners"), false, (int?)1234), Assert.Single(Invoked("-p", "1234", "-q", "tuners")));

    [Fact]
    public void The_rollback_query_changes_nothing_and_the_verb_does()
    {
        Assert.Equal(("rollback script", false, (int?)null), Invoked("-q", "rollback")[^1]);
        Assert.Equal(("rollback", true, true, (string?)null), Invoked("rollback", "--dry-run", "--json")[^1]);
        Assert.Equal(("rollback", false, false, (string?)"/s"), Invoked("rollback", "--state-dir", "/s")[^1]);
    }

    [Fact]
    public void Resume_takes_a_tuner_and_a_namespace()
    {
        Assert.Equal(("resume", "tcp_buffer", (string?)null, false), Invoked("resume", "tcp_buffer")[^1]);
        Assert.Equal(("resume", "tcp_buffer", (string?)"blue", true), Invoked("resume", "tcp_buffer", "blue", "--json")[^1]);
    }

    [Theory]
    [InlineData("apply")]
    [InlineData("ignore")]
    public void An_order_about_advice_takes_ids(string order)
    {
        Assert.Equal((order, "1a2b3c4d", false), Invoked(order, "1a2b3c4d")[^1]);
        Assert.Equal((order, "1a2b3c4d 00c0ffee", true), Invoked(order, "1a2b3c4d", "00c0ffee", "--json")[^1]);
    }

    [Fact]
    public void Doctor_takes_what_the_daemon_takes() =>
        Assert.Equal(
            ("doctor", new DaemonSettings { Legacy = true, Cgroup = "/g" }, "/c", true),
            Assert.Single(Invoked("doctor", "--json", "-L", "-c", "/g", "--config", "/c")));

    [Fact]
    public void An_option_that_a_verb_has_may_come_before_it() =>
        Assert.Equal(new DaemonSettings { Legacy = true }, Run("-L", "run").Settings);

    [Theory]
    [InlineData("--bogus")]
    [InlineData("-x")]
    [InlineData("bogus")]
    [InlineData("-r")]
    [InlineData("-r", "5")]
    [InlineData("-r", "-1")]
    [InlineData("-r", "fast")]
    [InlineData("-r", "")]
    [InlineData("-r", "9", "-V")]
    [InlineData("--bogus", "-V")]
    [InlineData("--s")]
    [InlineData("--d")]
    [InlineData("--l", "/x")]
    [InlineData("--le")]
    [InlineData("rollback", "--deb")]
    [InlineData("-sx")]
    [InlineData("--stderr=yes")]
    [InlineData("--", "status")]
    [InlineData("-p", "65536")]
    [InlineData("-a")]
    [InlineData("-a", "Tcp Buffer")]
    [InlineData("-a", "../x")]
    [InlineData("-c")]
    [InlineData("-q")]
    [InlineData("-q", "bogus")]
    [InlineData("-q", "status", "tuners")]
    [InlineData("status", "extra")]
    [InlineData("status", "-R")]
    [InlineData("-R", "status")]
    [InlineData("changes", "-n", "0")]
    [InlineData("--mode")]
    [InlineData("--mode", "on")]
    [InlineData("--dry-run", "rollback")]
    [InlineData("apply")]
    [InlineData("ignore")]
    [InlineData("advice", "1a2b3c4d")]
    [InlineData("resume")]
    [InlineData("resume", "a", "b", "c")]
    [InlineData("rollback", "x")]
    [InlineData("doctor", "-D")]
    [InlineData("@response")]
    [InlineData("-R", "yes")]
    public void A_wrong_command_line_costs_one_line_and_exit_code_2(params string[] arguments)
    {
        var code = Invoke(arguments);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(_commands.Calls);
        Assert.Equal("", _output.ToString());
        var line = Assert.Single(_error.ToString().TrimEnd('\n').Split('\n'));
        Assert.StartsWith("bpftune: ", line, StringComparison.Ordinal);
        Assert.EndsWith("(try 'bpftune --help')", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("status", "--help")]
    [InlineData("--help", "--bogus")]
    public void Help_is_no_error(params string[] arguments)
    {
        Assert.Equal(ExitCode.Done, Invoke(arguments));
        Assert.Empty(_commands.Calls);
        Assert.Contains("Usage:", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_flag_and_verb()
    {
        Invoke("--help");
        var help = _output.ToString();

        Assert.All(
            ["-s", "-S", "-R", "-r", "-a", "-c", "-l", "-P", "--print-libdir", "-d", "-D", "-L", "-p", "-q", "-V", "-h", "--json"],
            flag => Assert.Contains(flag, help, StringComparison.Ordinal));
        Assert.All(
            ["run", "doctor", "status", "tuners", "tunables", "changes", "advice", "apply", "ignore", "resume", "rollback"],
            verb => Assert.Contains("\n  " + verb, help, StringComparison.Ordinal));
    }

    private RunArguments Run(params string[] arguments) => Assert.IsType<RunArguments>(Invoked(arguments)[^1]);

    private List<object> Invoked(params string[] arguments)
    {
        var code = Invoke(arguments);
        Assert.Equal("", _error.ToString());
        Assert.Equal(RecordingCommands.Code, code);
        return _commands.Calls;
    }

    private int Invoke(params string[] arguments) => new BpfTuneCommand(_commands).Invoke(arguments, _output, _error);
}
