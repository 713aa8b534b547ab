using BpfTune.Engine.Kernel;

namespace BpfTune.Daemon.LiveTests;

/// <summary>route_table where the kernel no longer has what it tunes; where it has, the kernel matrix proves it.</summary>
public sealed class RouteTableTests
{
    [Fact]
    public void It_is_not_needed_on_a_kernel_without_the_limit_and_that_is_no_error()
    {
        Suite.Require();
        Assert.SkipWhen(KernelRelease.Read().Version < new Version(6, 3), "this kernel limits the IPv6 route cache");
        using var daemon = new TestDaemon(null, "-R", "-a", "route_table", "-a", "ip_frag");
        var tuner = Assert.Single(daemon.AskJson("tuners").EnumerateArray(), t => t.GetProperty("name").GetString() == "route_table");
        Assert.Equal("not_needed", tuner.GetProperty("state").GetString());
        Assert.Equal("since Linux 6.3 the IPv6 route cache has no limit", tuner.GetProperty("reason").GetString());
        Assert.Contains("not needed on this kernel", daemon.Ask("tuners"), StringComparison.Ordinal);
        Assert.DoesNotContain(daemon.ProgramNames(), p => p.StartsWith("bpftune_rt6", StringComparison.Ordinal));
        Assert.Equal(0, daemon.Process.Stop(TestDaemon.Patience).ExitCode);
        Assert.DoesNotContain(daemon.Process.Lines, l => l.Text.Contains("warn", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Doctor_does_not_count_it_as_a_loss()
    {
        Suite.Require();
        Assert.SkipWhen(KernelRelease.Read().Version < new Version(6, 3), "this kernel limits the IPv6 route cache");
        var doctor = BpfTune.Lab.Tool.Run(Suite.Executable, "doctor", "--libdir", Suite.Tuners, "-a", "route_table");
        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Error);
        Assert.Contains("route_table: not needed on this kernel", doctor.Output, StringComparison.Ordinal);
    }
}
