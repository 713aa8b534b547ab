using System.Text.Json;
using BpfTune.Lab;
using LabDaemon = BpfTune.Lab.Daemon;

namespace BpfTune.Daemon.LiveTests;

/// <summary>A tuner that throws, hangs or crashes, beside one that works: it costs itself, and no more.</summary>
public sealed class HostileTunerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Not below /tmp: a directory that anybody may write to is refused, and rightly.
    private readonly DirectoryInfo _tuners = Directory.CreateDirectory($"/var/lib/bpftune-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("bpftune-test-");

    public void Dispose()
    {
        _tuners.Delete(recursive: true);
        _state.Delete(recursive: true);
    }

    [Theory]
    [InlineData("summary", "running")]
    [InlineData("facts", "running")]
    [InlineData("null facts", "running")]
    [InlineData("timers", "running")]
    [InlineData("stopping", "running")]
    [InlineData("constructor", "paused")]
    [InlineData("static", "paused")]
    [InlineData("not needed", "paused")]
    [InlineData("declare", "paused")]
    [InlineData("start", "paused")]
    public void What_it_throws_costs_itself(string fault, string state)
    {
        Suite.Require();
        Put();
        using var daemon = Start(fault);
        Assert.Equal(state, Tuner("faulty").GetProperty("state").GetString());
        Assert.Equal("running", Tuner("route_table", "tcp_buffer").GetProperty("state").GetString());
        Assert.Equal(0, Ask("status").ExitCode);
        Assert.Equal(0, daemon.Stop(s_patience).ExitCode);
        Assert.DoesNotContain(daemon.Lines, l => l.Text.Contains("cannot go on", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("summary")]
    [InlineData("constructor")]
    [InlineData("not needed")]
    [InlineData("declare")]
    public void The_doctor_reports_all_the_same(string fault)
    {
        Suite.Require();
        Put();
        var result = Tool.Run("env", "BPFTUNE_TEST_FAULT=" + fault, Suite.Executable, "doctor", "--json", "--libdir", _tuners.FullName, "--config", "/nonexistent");
        var tuners = JsonDocument.Parse(result.Output).RootElement.GetProperty("tuners").EnumerateArray();
        Assert.Contains(tuners, t => t.GetProperty("name").GetString() == "faulty");
        Assert.Equal("", result.Error);
    }

    [Theory]
    [InlineData("constructor once")]
    [InlineData("start once")]
    [InlineData("timer once")]
    public void What_fails_once_is_tried_again_and_says_when(string fault)
    {
        Suite.Require();
        Put();
        using var daemon = Start(fault);
        daemon.WaitForLine(t => t.Contains("faulty failed and is stopped", StringComparison.Ordinal) && t.Contains("(in 1 s)", StringComparison.Ordinal), s_patience);
        WaitUntil(() => Tuner("faulty").GetProperty("state").GetString() == "running", daemon);
    }

    [Fact]
    public void What_it_had_done_before_it_failed_is_told_with_what_it_does_since()
    {
        Suite.Require();
        Put();
        using var daemon = Start("timer once");
        daemon.WaitForLine(t => t.Contains("faulty failed and is stopped", StringComparison.Ordinal), s_patience);
        WaitUntil(() => Tuner("faulty").GetProperty("state").GetString() == "running", daemon);
        var summary = Ask("-q", "summary").Output;
        Assert.Contains("faulty: it was made as number 1\n", summary, StringComparison.Ordinal);
        Assert.Contains("faulty: it was made as number 2\n", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_hangs_is_named_and_left_out_after_the_restart_until_it_is_lifted()
    {
        Suite.Require();
        Put();
        using (var daemon = Start("hang"))
        {
            daemon.WaitForLine(t => t.Contains("faulty has not returned from a timer for 10 s", StringComparison.Ordinal), s_patience);
            WaitUntil(() => daemon.HasExited, daemon);
            Assert.Equal(1, daemon.ExitCode);
        }

        using (var daemon = Start("hang"))
        {
            var faulty = Tuner("faulty");
            Assert.Equal("disabled", faulty.GetProperty("state").GetString());
            Assert.Contains("did not return from a timer", faulty.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.Contains("bpftune resume faulty", faulty.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.Equal("running", Tuner("route_table", "tcp_buffer").GetProperty("state").GetString());
            daemon.Stop(s_patience);
        }

        using (var daemon = Start("none"))
        {
            Assert.Equal(0, Ask("resume", "faulty").ExitCode);
            Assert.Equal("running", Tuner("faulty").GetProperty("state").GetString());
            daemon.Stop(s_patience);
        }

        using var last = Start("none");
        Assert.Equal("running", Tuner("faulty").GetProperty("state").GetString());
    }

    [Fact]
    public void One_that_overflows_the_stack_is_left_out_for_a_while_and_then_for_good()
    {
        Suite.Require();
        Put();
        using (var daemon = Start("overflow"))
            WaitUntil(() => daemon.HasExited, daemon);

        using (var daemon = Start("overflow"))
        {
            Assert.Equal("paused", Tuner("faulty").GetProperty("state").GetString());
            Assert.Equal("running", Tuner("route_table", "tcp_buffer").GetProperty("state").GetString());
            Ask("resume", "faulty");
            WaitUntil(() => daemon.HasExited, daemon);
        }

        using var last = Start("none");
        Assert.NotEqual("running", Tuner("faulty").GetProperty("state").GetString());
    }

    [Fact]
    public void A_name_with_a_line_break_is_refused_on_one_line()
    {
        Suite.Require();
        File.WriteAllText(Path.Combine(_tuners.FullName, "a\n00:00:00.000 crit  bpftune: forged.tuner.dll"), "x");
        using var daemon = Start("none");
        daemon.WaitForLine(t => t.Contains("forged.tuner.dll is refused", StringComparison.Ordinal), s_patience);
        Assert.DoesNotContain(daemon.Lines, l => l.Text.StartsWith("00:00:00.000 crit", StringComparison.Ordinal));
        daemon.Stop(s_patience);
    }

    private void Put()
    {
        using var stream = typeof(HostileTunerTests).Assembly.GetManifestResourceStream("tuners/Faulty")!;
        using (var file = File.Create(Path.Combine(_tuners.FullName, "faulty.tuner.dll")))
            stream.CopyTo(file);
        File.Copy(Path.Combine(Suite.Tuners, "tcp_buffer.tuner.dll"), Path.Combine(_tuners.FullName, "tcp_buffer.tuner.dll"), overwrite: true);
    }

    private string[] RuntimeDirectory => ["--runtime-dir", _state.FullName + "/run"];

    private LabDaemon Start(string fault)
    {
        var daemon = LabDaemon.Start(new DaemonOptions
        {
            Path = Suite.Executable,
            Environment = new Dictionary<string, string> { ["BPFTUNE_TEST_FAULT"] = fault, ["DOTNET_EnableDiagnostics"] = "0" },
            Arguments = ["-s", "--libdir", _tuners.FullName, .. RuntimeDirectory, "--state-dir", _state.FullName + "/state", "--config", "/nonexistent"],
        });
        daemon.WaitReady(TestDaemon.Patience);
        return daemon;
    }

    private ToolResult Ask(params string[] verb) => Tool.Run(Suite.Executable, [.. verb, .. RuntimeDirectory]);

    private JsonElement Tuner(params string[] names) => JsonDocument.Parse(Ask("tuners", "--json").Output).RootElement.EnumerateArray()
        .First(t => names.Contains(t.GetProperty("name").GetString()));

    private static void WaitUntil(Func<bool> condition, LabDaemon daemon)
    {
        for (var start = daemon.Age; !condition(); Thread.Sleep(50))
            Assert.True(daemon.Age - start < s_patience, string.Join('\n', daemon.Lines.Select(l => l.Text)));
    }
}
