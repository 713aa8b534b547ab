namespace BpfTune.Sdk;

/// <summary>A network namespace known to the engine. One instance per namespace: reference equality holds while it lives.</summary>
public sealed class NetworkNamespace(NamespaceId id, string name, bool isGlobal, NamespaceOwner owner = default)
{
    /// <summary>Inode and cookie.</summary>
    public NamespaceId Id { get; } = id;

    /// <summary>A name a person recognises: 'global', the name under /run/netns, or 'inode N'.</summary>
    public string Name { get; } = name;

    /// <summary>The namespace that the daemon itself lives in; only there are machine-wide tunables settable.</summary>
    public bool IsGlobal { get; } = isGlobal;

    /// <summary>Whose it is.</summary>
    public NamespaceOwner Owner { get; } = owner;

    /// <summary>Whether somebody without a privilege on the machine may command it. The daemon's own is nobody else's.</summary>
    public bool IsTenant => !IsGlobal && !Owner.IsMachine;

    /// <summary>How a sentence names it: 'the global namespace', 'namespace blue'.</summary>
    public string Phrase => IsGlobal ? "the global namespace" : $"namespace {Name}";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
