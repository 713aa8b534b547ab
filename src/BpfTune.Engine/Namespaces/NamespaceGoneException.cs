using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>The namespace ended, or nothing that this process can open leads to it any more.</summary>
public sealed class NamespaceGoneException(NetworkNamespace networkNamespace)
    : NamespaceException($"{networkNamespace.Phrase} is gone")
{
    /// <summary>The namespace that is gone.</summary>
    public NetworkNamespace Namespace { get; } = networkNamespace;
}
