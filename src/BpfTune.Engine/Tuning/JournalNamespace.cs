using System.Text.Json.Serialization;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>A network namespace as the journal names it.</summary>
/// <param name="Inode">Its inode number.</param>
/// <param name="Cookie">Its cookie; 0 on kernels that have none.</param>
/// <param name="Name">What it was called.</param>
public sealed record JournalNamespace(uint Inode, ulong Cookie, string Name)
{
    /// <summary>Inode and cookie.</summary>
    [JsonIgnore]
    public NamespaceId Id => new(Inode, Cookie);

    /// <summary>How a sentence names it.</summary>
    [JsonIgnore]
    public string Phrase => new NetworkNamespace(Id, Name, Name == Namespaces.NamespaceNames.Global).Phrase;

    /// <summary>The journal's form of a namespace.</summary>
    public static JournalNamespace Of(NetworkNamespace networkNamespace) =>
        new(networkNamespace.Id.Inode, networkNamespace.Id.Cookie, networkNamespace.Name);
}
