using System.Diagnostics.CodeAnalysis;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Live.Victim;

/// <summary>A store that stands still at a chosen moment of the third change, to be killed there.</summary>
internal sealed class StoppingStore(ITunableStore store, string moment) : ITunableStore
{
    private const int FatalChange = 3;
    private int _changes;

    public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, [NotNullWhen(true)] out TunableValue? value) =>
        store.TryRead(tunable, networkNamespace, out value);

    public TunableUpdate Update(Tunable tunable, NetworkNamespace networkNamespace, Func<TunableValue, TunableValue?> decide)
    {
        _changes++;
        var update = store.Update(tunable, networkNamespace, current =>
        {
            var wanted = decide(current);
            StopAt("intent");
            return wanted;
        });
        StopAt("written");
        return update;
    }

    private void StopAt(string here)
    {
        if (moment != here || _changes != FatalChange)
            return;
        Console.Out.WriteLine("stopped");
        Thread.Sleep(Timeout.Infinite);
    }
}
