using BpfTune.Engine.Control;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>
/// Does what a hook is for, so that its tuner must see it. It is made before any daemon runs: what is set while one
/// runs is an administrator's word, and stops the tuner.
/// </summary>
internal abstract class Stimulus : IDisposable
{
    private readonly List<IDisposable> _things = [];

    /// <summary>'tuner/hook'.</summary>
    internal abstract string Hook { get; }

    /// <summary>What its tuner changes then.</summary>
    internal abstract string Tunable { get; }

    /// <summary>Where; null for the machine.</summary>
    internal virtual LabNamespace? Place => null;

    /// <summary>The value now.</summary>
    internal string Value => (Place is { } place ? place.TryReadSysctl(Tunable) : Sysctl.TryRead(Tunable)) ?? "none";

    /// <summary>Does it, several times if need be. What the tuner then did; null if it saw nothing.</summary>
    internal abstract string? Provoke(GuestDaemon daemon);

    public void Dispose()
    {
        for (var i = _things.Count - 1; i >= 0; i--)
            _things[i].Dispose();
        _things.Clear();
    }

    /// <summary>Notes what is to be taken away at the end.</summary>
    protected T Keep<T>(T thing)
        where T : IDisposable
    {
        _things.Add(thing);
        return thing;
    }

    /// <summary>Sets a sysctl of the machine until the end.</summary>
    protected void Set(string name, string value) => Keep(SysctlOverride.Set(name, value));

    /// <summary>Repeats something until the tunable was changed.</summary>
    protected string? UntilChanged(GuestDaemon daemon, int attempts, Action action)
    {
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            action();
            ChangeReport? change = null;
            if (GuestDaemon.Eventually(() => (change = daemon.Change(Tunable, Place?.Name)) is not null, 0.5))
                return $"{Tunable} {change!.Old} -> {change.New} ({change.Scenario})";
        }

        return null;
    }

    /// <summary>Repeats something until the tuner was given more events than before.</summary>
    protected static string? UntilCounted(GuestDaemon daemon, string tuner, int attempts, Action action)
    {
        var before = daemon.Tuner(tuner).Counts.Events;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            action();
            long events = 0;
            if (GuestDaemon.Eventually(() => (events = daemon.Tuner(tuner).Counts.Events) > before, 0.5))
                return $"{events - before} more events";
        }

        return null;
    }
}
