using System.Globalization;
using BpfTune.Packages.Tests.Distributions;
using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests;

/// <summary>systemd as the first process, and the service as the packages bring it.</summary>
public sealed class ServiceTests(BootedMachines machines, ITestOutputHelper output) : IClassFixture<BootedMachines>
{
    private static readonly string[] s_two = ["neigh_table", "tcp_buffer"];

    public static TheoryData<string> Names => Distribution.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_starts_restarts_and_stops_and_the_journal_is_clean(string name)
    {
        Suite.Require();
        var machine = await machines.OfAsync(name);
        Assert.Equal("inactive", await Service.PropertyAsync(machine, "ActiveState"));

        await Service.StartAsync(machine);
        Assert.Equal("active", await Service.PropertyAsync(machine, "ActiveState"));
        Assert.Equal(s_two, await machine.RunningTunersAsync());
        var first = await Service.ProcessIdAsync(machine);

        await machine.RunAsync("systemctl", "restart", "bpftune");
        Assert.NotEqual(first, await Service.ProcessIdAsync(machine));
        Assert.Equal(s_two, await machine.RunningTunersAsync());

        await machine.RunAsync("systemctl", "stop", "bpftune");
        Assert.Equal("inactive", await Service.PropertyAsync(machine, "ActiveState"));
        Assert.Equal("success", await Service.PropertyAsync(machine, "Result"));
        Assert.Equal("0", await Service.PropertyAsync(machine, "ExecMainStatus"));
        await Service.AssertJournalIsCleanAsync(machine);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_comes_back_when_it_was_killed(string name)
    {
        Suite.Require();
        var machine = await machines.OfAsync(name);
        await machine.ShellAsync("""
            mkdir -p /run/systemd/system/bpftune.service.d
            printf '[Service]\nRestartSec=100ms\n' >/run/systemd/system/bpftune.service.d/soon.conf
            systemctl daemon-reload
            """);
        await Service.StartAsync(machine);
        var first = await Service.ProcessIdAsync(machine);
        await machine.RunAsync("kill", "-KILL", first.ToString(CultureInfo.InvariantCulture));
        await machine.UntilAsync(
            async () => await Service.PropertyAsync(machine, "ActiveState") == "active" && await Service.ProcessIdAsync(machine) is var now && now != first && now != 0,
            "the service runs again");
        Assert.Equal(s_two, await machine.RunningTunersAsync());
        await machine.RunAsync("systemctl", "stop", "bpftune");
        await Service.AssertJournalIsCleanAsync(machine);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_tuner_that_is_installed_joins_and_one_that_is_removed_leaves_within_a_second(string name)
    {
        Suite.Require();
        var machine = await machines.OfAsync(name);
        await Service.StartAsync(machine);
        var process = await Service.ProcessIdAsync(machine);

        await machine.RunAsync(machine.Distribution.Install("bpftune-tuner-udp-buffer"));
        var joined = await machine.UntilAsync(async () => (await machine.RunningTunersAsync()).SequenceEqual([.. s_two, "udp_buffer"]), "udp_buffer joins");

        await machine.RunAsync(machine.Distribution.Remove("bpftune-tuner-udp-buffer"));
        await machine.UntilAsync(async () => (await machine.RunningTunersAsync()).SequenceEqual(s_two), "udp_buffer leaves");

        // Nothing has changed in the directory since its file was removed.
        var removed = await machine.RunAsync("stat", "-c", "%.6Y", machine.Distribution.TunerDirectory);
        var unloaded = await machine.ShellAsync("journalctl --no-pager -o short-unix _SYSTEMD_UNIT=bpftune.service | grep 'udp_buffer is unloaded' | cut -d' ' -f1");
        var left = Seconds(unloaded) - Seconds(removed);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"joined {joined.TotalMilliseconds:0} ms after the package manager was done, left {left * 1000:0} ms after the file"));
        Assert.InRange(left, 0, 1);

        Assert.Equal(process, await Service.ProcessIdAsync(machine));
        await machine.RunAsync("systemctl", "stop", "bpftune");
        await Service.AssertJournalIsCleanAsync(machine);
    }

    private static double Seconds(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
