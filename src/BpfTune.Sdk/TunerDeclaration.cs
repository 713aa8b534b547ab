using BpfTune.LibBpf;

namespace BpfTune.Sdk;

/// <summary>What a tuner says of itself before anything is loaded.</summary>
public sealed class TunerDeclaration
{
    private readonly List<Tunable> _tunables = [];
    private readonly List<Hook> _hooks = [];
    private readonly Dictionary<ushort, EventBinding> _events = [];
    private readonly Dictionary<string, string> _availability = new(StringComparer.Ordinal);

    /// <summary>The tuner's BPF object; empty when it needs none.</summary>
    public ReadOnlyMemory<byte> Image { get; private set; }

    /// <summary>Called with the opened object before it is loaded, to set read-only data.</summary>
    public Action<BpfObject>? Configure { get; private set; }

    /// <summary>The tunables it manages.</summary>
    public IReadOnlyList<Tunable> Tunables => _tunables;

    /// <summary>The hooks it wants.</summary>
    public IReadOnlyList<Hook> Hooks => _hooks;

    /// <summary>Handlers by event kind.</summary>
    public IReadOnlyDictionary<ushort, EventBinding> Events => _events;

    /// <summary>Which kernels have a function or tracepoint, as far as that is known: by its name.</summary>
    public IReadOnlyDictionary<string, string> Availability => _availability;

    /// <summary>Names the BPF object.</summary>
    public TunerDeclaration Object(ReadOnlyMemory<byte> image, Action<BpfObject>? configure = null)
    {
        Image = image;
        Configure = configure;
        return this;
    }

    /// <summary>Adds tunables.</summary>
    public TunerDeclaration Manages(params ReadOnlySpan<Tunable> tunables)
    {
        foreach (var tunable in tunables)
            _tunables.Add(tunable);
        return this;
    }

    /// <summary>Adds a hook.</summary>
    /// <exception cref="ArgumentException">Two hooks of one name, or a hook without a mechanism.</exception>
    public TunerDeclaration Hook(Hook hook)
    {
        if (_hooks.Any(h => h.Name == hook.Name))
            throw new ArgumentException($"The hook '{hook.Name}' is declared twice.", nameof(hook));
        if (hook.Mechanisms.IsDefaultOrEmpty)
            throw new ArgumentException($"The hook '{hook.Name}' has no mechanism.", nameof(hook));
        _hooks.Add(hook);
        return this;
    }

    /// <summary>
    /// Says which kernels have a function or tracepoint, for the report of a kernel that lacks it: whoever reads 'kernel has
    /// no tracepoint tcp_rcvbuf_grow to trace (new in Linux 6.18)' knows that nothing is broken.
    /// </summary>
    /// <param name="target">The function's or the tracepoint's name.</param>
    /// <param name="kernels">For example 'new in Linux 6.18' or 'gone since Linux 6.6'.</param>
    public TunerDeclaration Available(string target, string kernels)
    {
        _availability[target] = kernels;
        return this;
    }

    /// <summary>Handles one kind of event.</summary>
    /// <param name="kind">The tuner's number for it.</param>
    /// <param name="handler">Called for each.</param>
    /// <param name="concerns">
    /// <see cref="TunableScope.Machine"/> when nothing but machine-wide settings follows from it. Such events of a tenant's
    /// namespace reach the handler only where the administrator wants that (<c>tenants = yes</c>); its program reserves
    /// them with bpftune_reserve_machine(). Others reach it, but what a tuner proposes then for the machine is refused.
    /// </param>
    /// <exception cref="ArgumentException">The kind has a handler already.</exception>
    public TunerDeclaration On<T>(ushort kind, TunerEventHandler<T> handler, TunableScope concerns = TunableScope.Namespace)
        where T : unmanaged
    {
        if (!_events.TryAdd(kind, new EventBinding.Of<T>(kind, handler, concerns)))
            throw new ArgumentException($"Event kind {kind} has two handlers.", nameof(kind));
        return this;
    }
}
