using System.Text.Json;
using BpfTune.Doctor;
using BpfTune.Engine.Control;

namespace BpfTune.Cli.Tests.Doctor;

public sealed class DoctorTests
{
    private static readonly SystemReport s_system = new(
        "Debian GNU/Linux 12 (bookworm)", "6.1.0-cloud", "x64", "integrity", "1.1", "10.0.12", "/sys/fs/cgroup", null, [], null);

    private static readonly TunerReport s_running = Tuner("tcp_buffer", TunerState.Running, null);
    private static readonly TunerReport s_notNeeded = Tuner("route_table", TunerState.NotNeeded, "no limit since 6.3");
    private static readonly TunerReport s_disabled = Tuner("ip_frag", TunerState.Disabled, "none of its hooks works");
    private static readonly TunerReport s_refused = Tuner("x", TunerState.Refused, "it is owned by user 1000, not by root");

    public static TheoryData<string[], int> Verdicts => new()
    {
        { ["tcp_buffer"], ExitCode.Done },
        { ["route_table"], ExitCode.Done },
        { ["tcp_buffer", "route_table"], ExitCode.Done },
        { ["tcp_buffer", "ip_frag"], ExitCode.Failed },
        { ["tcp_buffer", "x"], ExitCode.Failed },
        { ["route_table", "ip_frag"], ExitCode.Failed },
        { ["ip_frag"], ExitCode.Unsupported },
        { ["ip_frag", "x"], ExitCode.Unsupported },
        { [], ExitCode.Failed },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void The_exit_code_says_how_many_tuners_run(string[] names, int code)
    {
        TunerReport[] all = [s_running, s_notNeeded, s_disabled, s_refused];

        Assert.Equal(code, Report([], [.. names.Select(n => all.Single(t => t.Name == n))]).Verdict());
    }

    [Fact]
    public void Nothing_runs_where_the_suite_cannot_work() =>
        Assert.Equal(ExitCode.Unsupported, Report(["/proc/sys is mounted read-only"], s_running).Verdict());

    [Fact]
    public void Settings_with_which_the_daemon_does_not_start_are_told_apart()
    {
        var output = new StringWriter();
        var report = Report([], s_running) with { SettingErrors = ["/etc/bpftune/bpftune.conf:3: there is no setting 'alow'"] };

        DoctorText.Write(output, report);

        Assert.Equal(ExitCode.Usage, report.Verdict());
        Assert.Contains(
            "settings that keep the daemon from starting:\n  /etc/bpftune/bpftune.conf:3: there is no setting 'alow'\n",
            output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("the daemon does not start with these settings\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_says_all()
    {
        var output = new StringWriter();

        DoctorText.Write(output, Report([], s_running, s_disabled) with
        {
            Limitations = ["other namespaces are not tuned: CAP_SYS_ADMIN is missing"],
            Settings = ["/etc/bpftune/bpftune.conf:3: there is no setting 'speed'"],
            System = s_system with { MissingCapabilities = ["CAP_SYS_ADMIN"], Daemon = 77 },
        });

        Assert.Equal(
            """
            bpftune 0.1.0 on Debian GNU/Linux 12 (bookworm), Linux 6.1.0-cloud (x64)
              lockdown      integrity
              libbpf        1.1
              runtime       10.0.12
              cgroup2       /sys/fs/cgroup
              capabilities  missing: CAP_SYS_ADMIN
              daemon        running (pid 77)

            what works in part only:
              other namespaces are not tuned: CAP_SYS_ADMIN is missing

            settings that are passed over:
              /etc/bpftune/bpftune.conf:3: there is no setting 'speed'

            what this kernel's BPF can do:
              ring buffer  yes
              fentry       no: the kernel refuses it (EPERM)

            tuner directories:
              /usr/lib/bpftune: tcp_buffer
              /usr/local/lib/bpftune: absent
              /usr/lib64/bpftune: the same directory as /usr/lib/bpftune
              /opt/x: refused: the directory /opt/x is owned by user 1000, not by root
              /opt/y: no tuners

            tcp_buffer: running (what tcp_buffer tunes)
              send_buffer  sock_ops cgroup root
              syn_flood    LOST: the SYN backlog is not tuned

            ip_frag: disabled (none of its hooks works)
              send_buffer  sock_ops cgroup root
              syn_flood    LOST: the SYN backlog is not tuned

            lost: ip_frag; 2 hooks lost

            """.ReplaceLineEndings("\n"),
            output.ToString().ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(0, "no tuner was found: install one, or name its directory with --libdir")]
    [InlineData(1, "all tuners run")]
    [InlineData(2, "no tuner can run here")]
    [InlineData(3, "bpftune cannot work here")]
    public void The_last_line_is_the_verdict(int which, string line)
    {
        var report = which switch
        {
            0 => Report([]),
            1 => Report([], s_notNeeded with { Hooks = [] }),
            2 => Report([], s_refused with { Hooks = [] }),
            _ => Report(["no BTF"]),
        };
        var output = new StringWriter();

        DoctorText.Write(output, report);

        Assert.Equal(line, output.ToString().TrimEnd('\n').Split('\n')[^1]);
    }

    [Fact]
    public void The_json_has_the_names_of_the_daemons_json()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Report([], s_running), DoctorJson.Readable.DoctorReport));

        Assert.Equal("1.1", json.RootElement.GetProperty("system").GetProperty("libbpf").GetString());
        Assert.Equal("running", json.RootElement.GetProperty("tuners")[0].GetProperty("state").GetString());
        Assert.Equal("sock_ops", json.RootElement.GetProperty("tuners")[0].GetProperty("hooks")[0].GetProperty("mechanism").GetString());
    }

    [Theory]
    [InlineData("NAME=x\nPRETTY_NAME=\"Arch Linux\"\n", "Arch Linux")]
    [InlineData("PRETTY_NAME='Fedora Linux 43'", "Fedora Linux 43")]
    [InlineData("PRETTY_NAME=Void", "Void")]
    [InlineData("NAME=x", null)]
    [InlineData("", null)]
    public void The_distributions_name_is_read(string text, string? name) => Assert.Equal(name, OsRelease.Parse(text));

    private static TunerReport Tuner(string name, TunerState state, string? reason) => new(
        name, $"what {name} tunes", state, reason, $"/usr/lib/bpftune/{name}.tuner.dll",
        [
            new HookReport("send_buffer", "sock_ops", "cgroup root", null, []),
            new HookReport("syn_flood", null, null, "the SYN backlog is not tuned", []),
        ],
        [], [], new TunerCounts());

    private static DoctorReport Report(string[] critical, params TunerReport[] tuners) => new(
        "0.1.0", s_system, critical, [], [], [],
        [new FeatureReport("ring buffer", "yes", null), new FeatureReport("fentry", "no", "the kernel refuses it (EPERM)")],
        [
            new DirectoryReport("/usr/lib/bpftune", "present", null, ["tcp_buffer"]),
            new DirectoryReport("/usr/local/lib/bpftune", "absent", null, []),
            new DirectoryReport("/usr/lib64/bpftune", "duplicate", "/usr/lib/bpftune", []),
            new DirectoryReport("/opt/x", "refused", "the directory /opt/x is owned by user 1000, not by root", []),
            new DirectoryReport("/opt/y", "present", null, []),
        ],
        [],
        tuners);
}
