namespace BpfTune.Sdk;

/// <summary>An event's common part, with its namespace resolved.</summary>
public readonly ref struct TunerEvent(in EventHeader header, NetworkNamespace networkNamespace)
{
    /// <summary>The header as the BPF program wrote it.</summary>
    public readonly EventHeader Header = header;

    /// <summary>Where it happened.</summary>
    public NetworkNamespace Namespace { get; } = networkNamespace;
}
