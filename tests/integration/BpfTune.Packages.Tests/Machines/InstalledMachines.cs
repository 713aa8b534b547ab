using BpfTune.Packages.Tests.Distributions;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>A machine of each distribution with the daemon and two tuners installed, for tests that only look.</summary>
public sealed class InstalledMachines : IAsyncLifetime
{
    private readonly Dictionary<string, InstalledMachine> _machines = [];

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>That of a distribution, made when it is first asked for.</summary>
    internal async Task<InstalledMachine> OfAsync(string distribution)
    {
        if (!_machines.TryGetValue(distribution, out var machine))
            _machines[distribution] = machine = await InstalledMachine.StartAsync(Distribution.All[distribution]);
        return machine;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines.Values)
            await machine.DisposeAsync();
    }
}
