using BpfTune.Packages.Tests.Distributions;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>A machine, and how it was before the packages came and after.</summary>
internal sealed class InstalledMachine : IAsyncDisposable
{
    /// <summary>What is installed.</summary>
    public static readonly string[] Packages = ["bpftune-core", "bpftune-tuner-neigh-table", "bpftune-tuner-tcp-buffer"];

    private InstalledMachine(Machine machine, Snapshot before, Snapshot after)
    {
        Machine = machine;
        Before = before;
        After = after;
    }

    public Machine Machine { get; }

    public Snapshot Before { get; }

    public Snapshot After { get; }

    public static async Task<InstalledMachine> StartAsync(Distribution distribution)
    {
        var machine = await Machine.StartAsync(distribution);
        try
        {
            await distribution.UseRepositoryAsync(machine, "/packages/new");
            var before = await Snapshot.TakeAsync(machine);
            // The tuners are asked for; the core comes as what they need.
            await machine.RunAsync(distribution.Install(Packages[1..]));
            return new InstalledMachine(machine, before, await Snapshot.TakeAsync(machine));
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Machine.DisposeAsync();
}
