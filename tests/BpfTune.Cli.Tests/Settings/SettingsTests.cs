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
    [InlineData("learning_rate = 5", "learning_rate is a number from 0 to 4, not '5'")]
    [InlineData("learning_rate =", "learning_rate is a number from 0 to 4, not ''")]
    [InlineData("rollback = maybe", "rollback is yes or no, not 'maybe'")]
    [InlineData("port = http", "port is a number from 1 to 65535, not 'http'")]
    [InlineData("cgroup = here", "cgroup is a full path of a directory, not 'here'")]
    [InlineData("libdir = /a b", "libdir is a full path of a directory, not 'b'")]
    [InlineData("allow = A", "'A' is not the name of a tuner (such as tcp_buffer)")]
    [InlineData("speed = 9", "there is no setting 'speed'")]
    [InlineData("learning_rate", "a setting is written as key = value")]
    [InlineData("= 4", "a setting is written as key = value")]
    [InlineData("[section]", "a setting is written as key = value")]
    public void A_bad_line_costs_that_line_and_says_where(string line, string text)
    {
        var (settings, problems) = Parse($"debug = yes\n\n{line}\nrollback = yes\n");

        Assert.Equal(new SettingsProblem("x.conf", 3, text), Assert.Single(problems));
        Assert.Equal($"x.conf:3: {text}", problems[0].ToString());
        Assert.Equal(new DaemonSettings { Debug = true, Rollback = true }, settings);
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

    [Fact]
    public void A_file_that_cannot_be_read_is_said()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(directory.Path, "bpftune.conf"));

        var problem = Assert.Single(SettingsFiles.Read(directory.Path).Problems);

        Assert.Equal(0, problem.Line);
        Assert.Contains("cannot be read", problem.ToString(), StringComparison.Ordinal);
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
        var path = Path.Combine(Repository(), "packaging", "conf", "bpftune.conf");
        var text = File.ReadAllText(path);
        var commented = string.Join('\n', text.Split('\n').Where(l => l.StartsWith('#') && !l.StartsWith("# ")).Select(l => l[1..]));

        Assert.Equal(new DaemonSettings(), Parse(text).Settings);
        Assert.Empty(Parse(text).Problems);
        var (settings, problems) = Parse(commented);
        Assert.Empty(problems);
        Assert.NotNull(settings.LearningRate);
        Assert.NotNull(settings.Rollback);
    }

    private static (DaemonSettings Settings, List<SettingsProblem> Problems) Parse(string text)
    {
        var settings = new DaemonSettings();
        var problems = new List<SettingsProblem>();
        SettingsFiles.Apply(ref settings, "x.conf", text, problems);
        return (settings, problems);
    }

    private static string Repository()
    {
        var directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "BpfTune.slnx")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? SourceRoot();
    }

    // The tests may be built into a directory outside the tree: then the compiler's own path leads to it.
    private static string SourceRoot([System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
