using BpfTune.Engine.Tests.Control;
using BpfTune.Engine.Tuning;
using BpfTune.Settings;

namespace BpfTune.Cli.Tests.Settings;

/// <summary>The sections of settings files about tunables and namespaces.</summary>
public sealed class RuleSectionTests
{
    [Fact]
    public void Every_key_is_understood_and_knows_its_place()
    {
        var (settings, problems) = Parse("""
            mode = advise
            [tunable net.ipv4.tcp_rmem]   # a comment
            mode = off
            min = 4096
            MAX: "16M"   ; quoted
            raise-only = yes
            export lower_only=no
            [ Tunable  'net/core/*' ]
            max = 1g
            [namespace docker-*]
            mode = TUNE
            [namespace /run/netns/x]
            mode = off
            [bpftune]
            debug = yes
            """);

        Assert.Empty(problems);
        Assert.True(settings.Debug);
        Assert.Equal(new Sourced<TuningMode>(TuningMode.Advise, "x.conf:1"), settings.Mode);
        Assert.Equal(
            [
                new TunableRule(new("net.ipv4.tcp_rmem"))
                {
                    Mode = new(TuningMode.Off, "x.conf:3"),
                    Minimum = new(4096, "x.conf:4"),
                    Maximum = new(16 << 20, "x.conf:5"),
                    RaiseOnly = new(true, "x.conf:6"),
                    LowerOnly = new(false, "x.conf:7"),
                },
                new TunableRule(new("net.core.*")) { Maximum = new(1 << 30, "x.conf:9") },
            ],
            settings.TunableRules!.Value);
        Assert.Equal(
            [new NamespaceRule(new("docker-*"), new(TuningMode.Tune, "x.conf:11")), new NamespaceRule(new("/run/netns/x"), new(TuningMode.Off, "x.conf:13"))],
            settings.NamespaceRules!.Value);
        Assert.Equal(settings.TunableRules!.Value, settings.ToEngineOptions().Rules.Tunables);
    }

    [Theory]
    [InlineData("\uFEFF[tunable net.core.rmem_max]\r\nmax = 3K\r\n")]
    [InlineData("[TUNABLE\tnet.core.rmem_max];\rmax=3k # three\r")]
    [InlineData("[tunable \"net.core.rmem_max\"]\nmax = 1\nmax = 3072")]
    public void They_are_understood_as_people_write_them(string text)
    {
        var (settings, problems) = Parse(text);

        Assert.Empty(problems);
        Assert.Equal(3072, Assert.Single(settings.TunableRules!.Value).Maximum!.Value.Value);
    }

    [Theory]
    [InlineData("tunable", "a section [tunable NAME] is about a tunable such as net.ipv4.tcp_rmem or net.core.*, not ''")]
    [InlineData("tunable a b", "a section [tunable NAME] is about a tunable such as net.ipv4.tcp_rmem or net.core.*, not 'a b'")]
    [InlineData("namespace", "a section [namespace NAME] is about a name such as docker-* or a full path, not ''")]
    [InlineData("namespace a/b", "a section [namespace NAME] is about a name such as docker-* or a full path, not 'a/b'")]
    [InlineData("bpftune x", "there is no section 'bpftune x'")]
    [InlineData("", "there is no section ''")]
    public void A_head_that_is_none_keeps_the_daemon_from_starting(string head, string text)
    {
        var (settings, problems) = Parse($"[{head}]\nmode = off\nwhatever\n");

        Assert.Equal(new SettingsProblem("x.conf", 1, text, MayLimit: true), Assert.Single(problems));
        Assert.Equal(new DaemonSettings(), settings);
    }

    [Theory]
    [InlineData("max = much", "max is a number, perhaps with K, M or G behind it, not 'much'", true)]
    [InlineData("max = M", "max is a number, perhaps with K, M or G behind it, not 'M'", true)]
    [InlineData("max =", "max is a number, perhaps with K, M or G behind it, not ''", true)]
    [InlineData("min = -1", "min is a number, perhaps with K, M or G behind it, not '-1'", true)]
    [InlineData("min = 1.5M", "min is a number, perhaps with K, M or G behind it, not '1.5M'", true)]
    [InlineData("min = 9223372036854775807K", "min is a number, perhaps with K, M or G behind it, not '9223372036854775807K'", true)]
    [InlineData("mode = on", "mode is tune, advise or off, not 'on'", true)]
    [InlineData("raise-only = perhaps", "raise-only is yes or no, not 'perhaps'", true)]
    [InlineData("lower-only = \"yes", "lower_only: a quote is not closed", true)]
    [InlineData("maximum = 5", "a section [tunable NAME] has mode, min, max, raise-only and lower-only, but no 'maximum'", true)]
    [InlineData("debug = yes", "a section [tunable NAME] has mode, min, max, raise-only and lower-only, but no 'debug'", true)]
    [InlineData("max", "a setting is written as key = value", true)]
    [InlineData("max 5", "a setting is written as key = value", true)]
    [InlineData("what is this", "a setting is written as key = value", false)]
    public void A_bad_line_says_where_and_could_be_a_limit(string line, string text, bool mayLimit)
    {
        var (settings, problems) = Parse($"[tunable net.core.rmem_max]\n{line}\nmode = off\n");

        Assert.Equal(new SettingsProblem("x.conf", 2, text, mayLimit), Assert.Single(problems));
        Assert.Equal([new TunableRule(new("net.core.rmem_max")) { Mode = new(TuningMode.Off, "x.conf:3") }], settings.TunableRules!.Value);
    }

    [Fact]
    public void A_namespace_has_a_mode_and_nothing_else()
    {
        var (settings, problems) = Parse("[namespace blue]\nmax = 5\nmode = never\n");

        Assert.Equal(
            ["x.conf:2: a section [namespace NAME] has mode, but no 'max'", "x.conf:3: mode is tune, advise or off, not 'never'"],
            problems.Select(problem => problem.ToString()));
        Assert.All(problems, problem => Assert.True(problem.MayLimit));
        Assert.Null(settings.NamespaceRules);
    }

    [Fact]
    public void A_later_file_changes_single_keys_and_only_the_end_must_fit_together()
    {
        using var directory = new TemporaryDirectory();
        var drops = Directory.CreateDirectory(Path.Combine(directory.Path, "conf.d")).FullName;
        var (main, drop) = (Path.Combine(directory.Path, "bpftune.conf"), Path.Combine(drops, "10.conf"));
        File.WriteAllText(main, "[tunable net.core.*]\nmin = 10\nmax = 50\nmode = off\n[tunable net.*]\nmode = advise\n");
        File.WriteAllText(drop, "[tunable net.core.*]\nmin = 100\nmax = 500\n");

        var (settings, problems) = SettingsFiles.Read(directory.Path);

        Assert.Empty(problems);
        Assert.Equal(
            new TunableRule(new("net.core.*"))
            {
                Mode = new(TuningMode.Off, $"{main}:4"), Minimum = new(100, $"{drop}:2"), Maximum = new(500, $"{drop}:3"),
            },
            settings.TunableRules!.Value[^1]);

        File.WriteAllText(drop, "[tunable net.core.*]\nmax = 5\n");
        Assert.Equal(
            new SettingsProblem($"{main}:4", 0, "min 10 is above max 5", MayLimit: true), Assert.Single(SettingsFiles.Read(directory.Path).Problems));
    }

    [Fact]
    public void The_command_lines_mode_lies_over_all()
    {
        var (files, _) = Parse("mode = tune\n[tunable net.core.*]\nmode = tune\n");
        var mode = new Sourced<TuningMode>(TuningMode.Advise, "--dry-run");
        var rules = new DaemonSettings { Mode = mode, MostMode = mode }.Over(files).ToRules();

        Assert.Equal(mode, rules.General);
        Assert.Equal(mode, rules.Of("net.core.rmem_max", null).Mode);
    }

    private static (DaemonSettings Settings, List<SettingsProblem> Problems) Parse(string text)
    {
        var settings = new DaemonSettings();
        var problems = new List<SettingsProblem>();
        SettingsFiles.Apply(ref settings, "x.conf", text, problems);
        return (settings, problems);
    }
}
