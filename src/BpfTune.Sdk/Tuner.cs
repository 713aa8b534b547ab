using BpfTune.LibBpf;

namespace BpfTune.Sdk;

/// <summary>
/// A tuner: it declares what it watches and manages, and turns events into proposals. All calls come from the engine's
/// one loop thread; an exception disables this tuner alone.
/// </summary>
public abstract class Tuner
{
    private readonly List<Action<NamespaceId>> _perNamespace = [];

    /// <summary>The name an administrator types, in snake_case; it equals the assembly's file name before <c>.tuner.dll</c>.</summary>
    public abstract string Name { get; }

    /// <summary>One line: what it tunes.</summary>
    public abstract string Summary { get; }

    /// <summary>The engine's services; set before <see cref="OnStarted"/>.</summary>
    public ITunerHost Host { get; private set; } = null!;

    /// <summary>Says what the tuner watches and manages. Called once.</summary>
    public abstract void Declare(TunerDeclaration declaration);

    /// <summary>A reason why this kernel does not need the tuner, or null. It is not an error: nothing is loaded.</summary>
    public virtual string? NotNeededBecause(KernelFacts kernel) => null;

    /// <summary>What the tuner has learned so far, for <c>bpftune status</c>.</summary>
    public virtual IEnumerable<TunerFact> Facts() => [];

    /// <summary>
    /// What it did by other means than proposals, for the summary of what the daemon did: sentences without a full stop, such as
    /// '6 connections were switched to bbr'. Asked while it runs, and for the last time before <see cref="OnStopping"/>.
    /// </summary>
    public virtual IEnumerable<string> Deeds() => [];

    /// <summary>Everything is loaded and attached; events follow.</summary>
    /// <param name="bpf">The loaded object; null when the tuner has none or no program of it is in use.</param>
    protected virtual void OnStarted(BpfLoadedObject? bpf)
    {
    }

    /// <summary>A namespace is gone for good: what <see cref="PerNamespace{T}"/> keeps for it is dropped.</summary>
    public virtual void OnNamespaceGone(NamespaceId id)
    {
        foreach (var forget in _perNamespace)
            forget(id);
    }

    /// <summary>
    /// An administrator has taken over from this tuner in a namespace, or has given it back. The policy sees to proposals
    /// by itself; this is for a tuner that acts by other means as well. What was so before the tuner started is told by
    /// <see cref="ITunerHost.IsOverridden"/>.
    /// </summary>
    public virtual void OnOverrideChanged(NamespaceId id, bool overridden)
    {
    }

    /// <summary>State kept for each namespace and dropped with it.</summary>
    /// <param name="create">Makes the state of a namespace when it is first asked for.</param>
    protected NamespaceMap<T> PerNamespace<T>(Func<NetworkNamespace, T> create)
        where T : class
    {
        var map = new NamespaceMap<T>(create);
        _perNamespace.Add(map.Forget);
        return map;
    }

    /// <summary>The tuner is about to be unloaded or the daemon to stop.</summary>
    public virtual void OnStopping()
    {
    }

    /// <summary>Called by the engine (or by a test) once the tuner's object is loaded.</summary>
    public void Start(ITunerHost host, BpfLoadedObject? bpf)
    {
        Host = host;
        OnStarted(bpf);
    }
}
