using BpfTune.Engine;
using BpfTune.Engine.Tests.Control;
using BpfTune.Settings;

namespace BpfTune.Cli.Tests.Settings;

public sealed class SettingsTests
{
    [Fact]
    public void Every_key_is_understood()
    {
        var (settings, problems) = Parse("""
            # a comment
            ; another
            learning_rate = 2
            allow = tcp_buffer, udp_buffer_tuner.so
              cgroup=/sys/fs/cgroup/x
            libdir = /opt/a /opt/b
            rollback = yes
            legacy = on
            tenants = yes
            debug = true
            stderr = 1
            port = 8080
            runtime_dir = /r
            state-dir = /s
            """);

        Assert.Empty(problems);
        Assert.Equal(["tcp_buffer", "udp_buffer"], settings.Allow!.Value);
        Assert.Equal(["/opt/a", "/opt/b"], settings.LibDirectories!.Value);
        Assert.Equal(
            new DaemonSettings
            {
                LearningRate = 2,
                Cgroup = "/sys/fs/cgroup/x",
                Rollback = true,
                Legacy = true,
                Tenants = true,
                Debug = true,
                Stderr = true,
                Port = 8080,
                RuntimeDirectory = "/r",
                StateDirectory = "/s",
            },
            settings with { Allow = null, LibDirectories = null });
    }

    [Theory]
    [InlineData("learning_rate = 5", "learning_rate is a number from 0 to 4, not '5'", true)]
    [InlineData("learning_rate =", "learning_rate is a number from 0 to 4, not ''", true)]
    [InlineData("rollback = maybe", "rollback is yes or no, not 'maybe'", false)]
    [InlineData("rollback =", "rollback is yes or no, not ''", false)]
    [InlineData("port = http", "port is a number from 0 to 65535, not 'http'", false)]
    [InlineData("cgroup = here", "cgroup is a full path of a directory, not 'here'", true)]
    [InlineData("libdir = /a b", "libdir is a full path of a directory, not 'b'", false)]
    [InlineData("allow = A", "'A' is not the name of a tuner (such as tcp_buffer)", true)]
    [InlineData("allow =", "allow names no tuner; to run all of them leave the line out", true)]
    [InlineData("allow = # tcp_buffer", "allow names no tuner; to run all of them leave the line out", true)]
    [InlineData("allow = \"\"", "allow names no tuner; to run all of them leave the line out", true)]
    [InlineData("allow = \"tcp_buffer", "allow: a quote is not closed", true)]
    [InlineData("debug = 'yes", "debug: a quote is not closed", false)]
    [InlineData("speed = 9", "there is no setting 'speed'", true)]
    [InlineData("alow = tcp_buffer", "there is no setting 'alow'", true)]
    [InlineData("mode = advice", "mode is tune, advise or off, not 'advice'", true)]
    [InlineData("mode =", "mode is tune, advise or off, not ''", true)]
    [InlineData("mode", "a setting is written as key = value", true)]
    [InlineData("min = 4096", "there is no setting 'min'", true)]
    [InlineData("max = 16M", "there is no setting 'max'", true)]
    [InlineData("learning_rate", "a setting is written as key = value", true)]
    [InlineData("allow tcp_buffer", "a setting is written as key = value", true)]
    [InlineData("debug", "a setting is written as key = value", false)]
    [InlineData("\uFFFD\uFFFD", "a setting is written as key = value", false)]
    [InlineData("= 4", "a setting is written as key = value", false)]
    public void A_bad_line_costs_that_line_and_says_where(string line, string text, bool mayLimit)
    {
        var (settings, problems) = Parse($"debug = yes\n\n{line}\nrollback = yes\n");

        Assert.Equal(new SettingsProblem("x.conf", 3, text, mayLimit), Assert.Single(problems));
        Assert.Equal($"x.conf:3: {text}", problems[0].ToString());
        Assert.Equal(new DaemonSettings { Debug = true, Rollback = true }, settings);
    }

    /// <summary>Every key that can make the daemon do less is a limit, whatever is wrong with its value; the list is to be complete.</summary>
    [Theory]
    [InlineData("allow", true)]
    [InlineData("cgroup", true)]
    [InlineData("learning_rate", true)]
    [InlineData("mode", true)]
    [InlineData("tenants", false)]
    [InlineData("raise_only", true)]
    [InlineData("libdir", false)]
    [InlineData("rollback", false)]
    [InlineData("legacy", false)]
    [InlineData("debug", false)]
    [InlineData("stderr", false)]
    [InlineData("port", false)]
    [InlineData("runtime_dir", false)]
    [InlineData("state_dir", false)]
    public void Keys_that_could_mean_less_tuning_are_told_apart(string key, bool mayLimit) => Assert.Equal(mayLimit, SettingKeys.MayLimit(key));

    [Theory]
    [InlineData("learning_rate = 3\r\nrollback = yes\r\n")]
    [InlineData("learning_rate = 3\rrollback = yes\r")]
    [InlineData("\uFEFFlearning_rate = 3\n\uFEFFrollback = yes")]
    [InlineData("[bpftune]\nlearning_rate = 3\nrollback = yes")]
    [InlineData("  [ BPFTUNE ] # ours\nlearning_rate = 3\nrollback = yes")]
    [InlineData("export LEARNING_RATE=3\nexport\trollback=yes")]
    [InlineData("Learning-Rate: 3\nRollBack: on")]
    [InlineData("\"learning_rate\": \"3\"\n'rollback' = 'yes'")]
    [InlineData("--learning_rate = 3\n--rollback = true")]
    [InlineData("learning_rate=3 # a comment\nrollback = \"yes\" ; another")]
    [InlineData("learning_rate=3\t;comment\nrollback=1 #")]
    public void Lines_are_understood_as_people_write_them(string text)
    {
        var (settings, problems) = Parse(text);

        Assert.Empty(problems);
        Assert.Equal(new DaemonSettings { LearningRate = 3, Rollback = true }, settings);
    }

    [Theory]
    [InlineData("tcp_buffer, udp_buffer # only these")]
    [InlineData("\"tcp_buffer udp_buffer\"")]
    [InlineData("[\"tcp_buffer\", 'udp_buffer'] ; as elsewhere")]
    [InlineData("tcp_buffer,,udp_buffer,")]
    public void A_list_may_have_quotes_brackets_and_a_comment(string list)
    {
        var (settings, problems) = Parse("allow = " + list);

        Assert.Empty(problems);
        Assert.Equal(["tcp_buffer", "udp_buffer"], settings.Allow!.Value);
    }

    [Theory]
    [InlineData("libdir = \"/opt/my tuners\" /opt/#1", "/opt/my tuners", "/opt/#1")]
    [InlineData("libdir = /opt/john's, '/opt/a;b' # both", "/opt/john's", "/opt/a;b")]
    public void Quotes_keep_blanks_and_a_comment_follows_a_blank(string line, string first, string second) =>
        Assert.Equal([first, second], Parse(line).Settings.LibDirectories!.Value);

    [Fact]
    public void A_section_that_is_not_known_is_named_once()
    {
        var (settings, problems) = Parse("debug = yes\n[tuneable net.ipv4.tcp_rmem]\nmode = off\nmax = 16M\n[bpftune]\nrollback = yes\n");

        Assert.Equal(new SettingsProblem("x.conf", 2, "there is no section 'tuneable net.ipv4.tcp_rmem'", MayLimit: true), Assert.Single(problems));
        Assert.Equal(new DaemonSettings { Debug = true, Rollback = true }, settings);
    }

    [Fact]
    public void Of_many_bad_lines_some_are_named_and_the_rest_counted()
    {
        var (_, problems) = Parse(string.Concat(Enumerable.Repeat("what is this\n", 1000)) + "allow = TCP\n");

        Assert.Equal(21, problems.Count);
        Assert.Equal(new SettingsProblem("x.conf", 0, "981 more lines are not understood", MayLimit: true), problems[^1]);
        Assert.True(Parse("x" + new string('y', 100_000) + " = 1").Problems.Single().Text.Length < 120);
    }

    [Fact]
    public void A_later_line_wins_and_a_bad_one_leaves_the_earlier()
    {
        Assert.Equal(1, Parse("learning_rate = 3\nlearning_rate = 1").Settings.LearningRate);
        Assert.Equal(3, Parse("learning_rate = 3\nlearning_rate = x").Settings.LearningRate);
    }

    [Fact]
    public void Dropped_in_files_win_in_the_order_of_their_names()
    {
        using var directory = new TemporaryDirectory();
        var drops = Directory.CreateDirectory(Path.Combine(directory.Path, "conf.d")).FullName;
        File.WriteAllText(Path.Combine(directory.Path, "bpftune.conf"), "learning_rate = 0\nport = 1\nlegacy = yes");
        File.WriteAllText(Path.Combine(drops, "20-b.conf"), "learning_rate = 2");
        File.WriteAllText(Path.Combine(drops, "10-a.conf"), "learning_rate = 1\nport = 2");
        File.WriteAllText(Path.Combine(drops, "30-c.conf.dpkg-new"), "learning_rate = 3");
        File.WriteAllText(Path.Combine(drops, ".hidden.conf"), "learning_rate = 3");

        var (settings, problems) = SettingsFiles.Read(directory.Path);

        Assert.Empty(problems);
        Assert.Equal(new DaemonSettings { LearningRate = 2, Port = 2, Legacy = true }, settings);
    }

    [Fact]
    public void No_directory_is_needed()
    {
        var (settings, problems) = SettingsFiles.Read("/nonexistent/bpftune");

        Assert.Empty(problems);
        Assert.Equal(new DaemonSettings(), settings);
    }

    /// <summary>None of these is opened: a pipe would keep the daemon waiting for ever.</summary>
    [Theory]
    [InlineData("mkfifo", "is not read: it is a pipe, not a file")]
    [InlineData("mkdir", "is not read: it is a directory, not a file")]
    [InlineData("ln -s /nowhere/at/all", "is a link to a file that is not there")]
    [InlineData("ln -s /dev/zero", "is not read: it is a device, not a file")]
    public void What_is_not_a_file_is_refused(string make, string text)
    {
        using var directory = new TemporaryDirectory();
        var drop = Path.Combine(Directory.CreateDirectory(Path.Combine(directory.Path, "conf.d")).FullName, "50-x.conf");
        var main = Path.Combine(directory.Path, "bpftune.conf");
        foreach (var path in (string[])[drop, main])
        {
            using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"{make} {path}"]);
            shell.WaitForExit();
            Assert.Equal(0, shell.ExitCode);
        }

        // Where the one file is that could hold every setting, nobody knows what it was to say.
        Assert.Equal(
            [new SettingsProblem(main, 0, text, MayLimit: true), new SettingsProblem(drop, 0, text)],
            SettingsFiles.Read(directory.Path).Problems);
    }

    [Fact]
    public void A_file_that_is_not_text_is_named_once()
    {
        using var directory = new TemporaryDirectory();
        var drops = Directory.CreateDirectory(Path.Combine(directory.Path, "conf.d")).FullName;
        File.Copy("/bin/true", Path.Combine(drops, "10-program.conf"));
        File.WriteAllText(Path.Combine(drops, "20-cut-off.conf"), "allow = tcp_buffer\ndeb\0\0\0\0");
        File.WriteAllBytes(Path.Combine(drops, "30-zeros.conf"), new byte[512]);

        var (settings, problems) = SettingsFiles.Read(directory.Path);

        Assert.Equal(new DaemonSettings(), settings);
        Assert.Equal(
            [("10-program.conf", 1, false), ("20-cut-off.conf", 2, true), ("30-zeros.conf", 1, true)],
            problems.Select(p => (Path.GetFileName(p.Path), p.Line, p.MayLimit)));
        Assert.All(problems, p => Assert.Contains("the file is not read: it is not text", p.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_too_large_for_one_is_not_read()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "bpftune.conf");
        using (var file = File.Create(path))
            file.SetLength(1L << 40);

        var problem = Assert.Single(SettingsFiles.Read(directory.Path).Problems);

        Assert.Equal(new SettingsProblem(path, 0, "is not read: it is larger than 1 MiB, as no settings file is", MayLimit: true), problem);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_byte_order_mark_says_how_to_read_it(string encoding)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "bpftune.conf"), "allow = tcp_buffer\r\n", System.Text.Encoding.GetEncoding(encoding));

        var (settings, problems) = SettingsFiles.Read(directory.Path);

        Assert.Empty(problems);
        Assert.Equal(["tcp_buffer"], settings.Allow!.Value);
    }

    [Fact]
    public void A_comment_in_another_encoding_harms_nothing()
    {
        var (text, problem) = SettingsFile.Decode("x", [.. "# gr"u8, 0xFC, 0xDF, .. "e\ndebug = yes"u8], isMain: true);

        Assert.Null(problem);
        Assert.Equal((true, 0), (Parse(text!).Settings.Debug!.Value, Parse(text!).Problems.Count));
    }

    [Fact]
    public void The_command_line_lies_over_the_files()
    {
        var files = new DaemonSettings { LearningRate = 1, Rollback = true, Allow = ["tcp_buffer"] };
        var line = new DaemonSettings { LearningRate = 3, Allow = ["udp_buffer"] };

        var options = line.Over(files).ToEngineOptions();

        Assert.Equal(3, options.LearningRate.Rate);
        Assert.True(options.Rollback);
        Assert.Equal(["udp_buffer"], options.Allow);
    }

    [Fact]
    public void Nothing_set_means_the_defaults()
    {
        var options = new DaemonSettings().ToEngineOptions();

        Assert.Equal(new EngineOptions(), options);
        Assert.Equal("/run/bpftune/control.sock", options.ControlSocketPath);
        Assert.Equal("/var/lib/bpftune/journal.jsonl", options.JournalPath);
        Assert.Equal(4, options.LearningRate.Rate);
        Assert.True(options.Allows("anything"));
        Assert.False((options with { Allow = ["tcp_buffer"] }).Allows("anything"));
    }

    /// <summary>The sample that is installed sets nothing, and every line in it would be taken if its '#' were removed.</summary>
    [Fact]
    public void The_sample_file_is_right()
    {
        var path = Path.Combine(Repository.Root, "packaging", "conf", "bpftune.conf");
        var text = File.ReadAllText(path);
        var commented = string.Join('\n', text.Split('\n').Where(l => l.StartsWith('#') && !l.StartsWith("# ")).Select(l => l[1..]));

        Assert.Equal(new DaemonSettings(), Parse(text).Settings);
        Assert.Empty(Parse(text).Problems);
        var (settings, problems) = Parse(commented);
        Assert.Empty(problems);
        Assert.NotNull(settings.LearningRate);
        Assert.NotNull(settings.Rollback);
        Assert.NotNull(settings.Mode);
        Assert.Single(settings.TunableRules!.Value);
        Assert.Single(settings.NamespaceRules!.Value);
    }

    private static (DaemonSettings Settings, List<SettingsProblem> Problems) Parse(string text)
    {
        var settings = new DaemonSettings();
        var problems = new List<SettingsProblem>();
        SettingsFiles.Apply(ref settings, "x.conf", text, problems);
        return (settings, problems);
    }
}
