using BpfTune.Packages.Tests.Distributions;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>A machine of each distribution under systemd, with the daemon and two tuners installed, and stopped; each test leaves these.</summary>
public sealed class BootedMachines : IAsyncLifetime
{
    private readonly Dictionary<string, Machine> _machines = [];

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>That of a distribution, made when it is first asked for.</summary>
    internal async Task<Machine> OfAsync(string distribution)
    {
        if (!_machines.TryGetValue(distribution, out var machine))
        {
            _machines[distribution] = machine = await Machine.BootAsync(Distribution.All[distribution]);
            await machine.Distribution.UseRepositoryAsync(machine, "/packages/new");
            await machine.RunAsync(machine.Distribution.Install(InstalledMachine.Packages));
        }

        // Whatever became of the test before.
        await machine.RunAsync("systemctl", "stop", "bpftune");
        return machine;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines.Values)
            await machine.DisposeAsync();
    }
}
