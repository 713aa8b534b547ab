using System.Collections.Immutable;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Hooks;

/// <summary>A BPF object in the kernel with its programs attached. Disposing of it leaves nothing of it there.</summary>
public sealed class LoadedHooks : IDisposable
{
    private readonly ImmutableArray<BpfLink> _links;

    internal LoadedHooks(BpfLoadedObject? loaded, ImmutableArray<BpfLink> links, ImmutableArray<HookStatus> hooks)
    {
        Object = loaded;
        _links = links;
        Hooks = hooks;
    }

    /// <summary>The object; null when none of its programs is in use.</summary>
    public BpfLoadedObject? Object { get; }

    /// <summary>How each hook came out.</summary>
    public ImmutableArray<HookStatus> Hooks { get; }

    /// <summary>Detaches the programs, then unloads them.</summary>
    public void Dispose()
    {
        foreach (var link in _links)
            link.Dispose();
        Object?.Dispose();
    }
}
