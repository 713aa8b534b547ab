using BpfTune.Lab;
using BpfTune.Packages.Tests.Distributions;
using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests;

/// <summary>A daemon that has tuned something, and packages that change under it.</summary>
public sealed class UpgradeTests(ITestOutputHelper output)
{
    // What the daemon says of each tuner that it takes up.
    private const string Loaded = "is loaded from";

    public static TheoryData<string> Names => Distribution.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_upgrade_loses_no_value_and_rollback_still_knows_the_first_ones(string name)
    {
        Suite.Require();
        var host = SysctlSnapshot.Capture();
        await using (var machine = await Machine.BootAsync(Distribution.All[name]))
        {
            var distribution = machine.Distribution;
            await distribution.UseRepositoryAsync(machine, "/packages/old");
            await machine.RunAsync(distribution.Install(InstalledMachine.Packages));
            var tuned = await SendBuffers.TuneAsync(machine);
            var old = await distribution.VersionAsync(machine, "bpftune-core");
            Assert.Equal(old, await VersionAsync(machine));

            // The core alone: the service restarts, takes up its journal, and still works with tuners made for the one before.
            // (By its file: apt would take all that come from the same source along.)
            await machine.RunAsync(distribution.InstallFiles(await machine.PackageFileAsync("/packages/new", "bpftune-core")));
            var current = await distribution.VersionAsync(machine, "bpftune-core");
            Assert.NotEqual(old, current);
            await machine.UntilAsync(async () => await Service.PropertyAsync(machine, "ActiveState") == "active", "the service runs");
            Assert.Equal(current, await VersionAsync(machine));
            Assert.Equal(["neigh_table", "tcp_buffer"], await machine.RunningTunersAsync());
            Assert.Equal(tuned, await SendBuffers.ReadAsync(machine));

            // The rest: each tuner is swapped, and nothing restarts. (pacman deletes a file before it writes the new one, the others rename.)
            var process = await Service.ProcessIdAsync(machine);
            var loads = await LoadsAsync(machine);
            Assert.Equal(old, await distribution.VersionAsync(machine, "bpftune-tuner-tcp-buffer"));
            await distribution.UseRepositoryAsync(machine, "/packages/new");
            await machine.RunAsync(distribution.Upgrade);
            Assert.Equal(current, await distribution.VersionAsync(machine, "bpftune-tuner-tcp-buffer"));
            await machine.UntilAsync(async () => await LoadsAsync(machine) == loads + 2, "both tuners are swapped");
            Assert.Equal(["neigh_table", "tcp_buffer"], await machine.RunningTunersAsync());
            Assert.Equal(process, await Service.ProcessIdAsync(machine));
            Assert.Equal(tuned, await SendBuffers.ReadAsync(machine));

            await machine.RunAsync("bpftune", "rollback");
            Assert.Equal(SendBuffers.First, await SendBuffers.ReadAsync(machine));
            output.WriteLine($"{old} to {current}: {tuned} kept, then {SendBuffers.First} again");
            await machine.RunAsync("systemctl", "stop", "bpftune");
            await Service.AssertJournalIsCleanAsync(machine);
        }

        Assert.Empty(host.DifferencesTo(SysctlSnapshot.Capture()));
    }

    private static async Task<int> LoadsAsync(Machine machine) =>
        (await Service.JournalAsync(machine)).Split('\n').Count(line => line.Contains(Loaded, StringComparison.Ordinal));

    private static async Task<string?> VersionAsync(Machine machine) => (await machine.AskAsync("status")).GetProperty("version").GetString();
}
