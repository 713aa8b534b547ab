using BpfTune.Settings;

namespace BpfTune.Fuzz.Tests;

/// <summary>Settings files as people write them, and as editors and disks leave them.</summary>
public sealed class SettingsFuzzTests
{
    private const string Sample = """
        # A comment
        learning_rate = 3
        allow = tcp_buffer, udp_buffer
        libdir = /opt/tuners
        rollback = yes
        port = 8080
        cgroup = "/sys/fs/cgroup/web"   ; behind a value
        state-dir = /srv/bpftune
        debug
        mode = advise
        [tunable net.ipv4.tcp_rmem]
        max = 16M
        raise-only = yes
        [namespace docker-*]
        mode = off
        """;

    [Fact]
    public void Any_settings_file_is_understood_or_named_by_line() => Fuzz.Run("settings", Fuzz.Text(Sample), text =>
    {
        var settings = new DaemonSettings();
        var problems = new List<SettingsProblem>();
        SettingsFiles.Apply(ref settings, "bpftune.conf", text, problems);
        Assert.All(problems, problem => Assert.NotEmpty(problem.ToString()));
        Assert.NotNull(settings.ToEngineOptions().StateDirectory);
    });
}
