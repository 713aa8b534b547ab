using BpfTune.Packages.Tests.Distributions;
using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests;

/// <summary>What is left when packages go.</summary>
public sealed class RemovalTests
{
    public static TheoryData<string> Names => Distribution.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Removing_all_leaves_what_the_distributions_policy_keeps_and_purging_nothing(string name)
    {
        Suite.Require();
        await using var machine = await Machine.StartAsync(Distribution.All[name]);
        var distribution = machine.Distribution;
        await distribution.UseRepositoryAsync(machine, "/packages/new");
        var before = await Snapshot.TakeAsync(machine);
        await machine.RunAsync(distribution.Install("bpftune-suite", distribution.DevelopmentPackage));
        var packages = await distribution.InstalledAsync(machine);
        Assert.Equal(10, packages.Length);

        await machine.RunAsync(distribution.Remove(packages));
        Assert.Empty(await distribution.InstalledAsync(machine));
        Assert.Equal(distribution.KeptWhenRemoved, before.AddedBy(await Snapshot.TakeAsync(machine), distribution.OwnFiles));

        if (distribution.KeptWhenRemoved.Count > 0)
            await machine.RunAsync(distribution.Purge(packages));
        var after = await Snapshot.TakeAsync(machine);
        Assert.Equal([], before.AddedBy(after, distribution.OwnFiles));
        Assert.Equal([], before.ChangedBy(after, distribution.OwnFiles));
        Assert.Equal([], before.RemovedBy(after, distribution.OwnFiles));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_running_service_is_stopped_and_what_it_tuned_stays_or_is_put_back_as_is_asked_for(string name)
    {
        Suite.Require();
        await using var machine = await Machine.BootAsync(Distribution.All[name]);
        var distribution = machine.Distribution;
        await distribution.UseRepositoryAsync(machine, "/packages/new");
        await machine.RunAsync(distribution.Install(InstalledMachine.Packages));
        var tuned = await SendBuffers.TuneAsync(machine);

        // Nobody asked: the values stay, and it says how they could have been put back.
        var said = await machine.RunAsync(distribution.Remove(InstalledMachine.Packages));
        Assert.Contains("BPFTUNE_ROLLBACK=1", said, StringComparison.Ordinal);
        Assert.Equal(tuned, await SendBuffers.ReadAsync(machine));
        Assert.Equal(1, (await machine.TryAsync("pgrep", "-x", "bpftune")).ExitCode);

        // The journal was kept: installed again, removed again, this time with the wish.
        await machine.RunAsync(distribution.Install(InstalledMachine.Packages));
        await machine.RunAsync(["env", "BPFTUNE_ROLLBACK=1", .. distribution.Purge(InstalledMachine.Packages)]);
        Assert.Equal(SendBuffers.First, await SendBuffers.ReadAsync(machine));
        await Service.AssertJournalIsCleanAsync(machine, lostItsTuners: true);
    }
}
