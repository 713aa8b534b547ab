using System.Text.Json.Serialization;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>A network namespace as the journal names it.</summary>
/// <param name="Inode">Its inode number.</param>
/// <param name="Cookie">Its cookie; 0 on kernels that have none.</param>
/// <param name="Name">What it was called.</param>
public sealed record JournalNamespace(uint Inode, ulong Cookie, string Name)
{
    /// <summary>Whose it was (<see cref="NamespaceOwner.Key"/>), so that each tenant has a share of the journal; null for the machine's own.</summary>
    public ulong? Owner { get; init; }

    /// <summary>The same.</summary>
    [JsonIgnore]
    public NamespaceOwner Whose => new(Owner ?? 0);

    /// <summary>Inode and cookie.</summary>
    [JsonIgnore]
    public NamespaceId Id => new(Inode, Cookie);

    /// <summary>How a sentence names it.</summary>
    [JsonIgnore]
    public string Phrase => Inode == 0 ? Name : new NetworkNamespace(Id, Name, Name == Namespaces.NamespaceNames.Global).Phrase;

    /// <summary>The journal's form of a namespace.</summary>
    public static JournalNamespace Of(NetworkNamespace networkNamespace) =>
        new(networkNamespace.Id.Inode, networkNamespace.Id.Cookie, networkNamespace.Name)
        {
            Owner = networkNamespace.IsTenant ? networkNamespace.Owner.Key : null,
        };

    /// <summary>What stands for the identity of <see cref="AllOf"/>.</summary>
    internal static NamespaceId IdOfAll(NamespaceOwner owner) => new(0, owner.Key);

    /// <summary>All namespaces of an owner, in the place of one: there is none with an inode number of 0.</summary>
    /// <param name="owner">The owner; somebody unknown stands for all tenants.</param>
    internal static JournalNamespace AllOf(NamespaceOwner owner)
    {
        var name = owner.IsMachine ? "all namespaces but the global one"
            : owner == NamespaceOwner.Unknown ? "all namespaces of tenants"
            : $"all namespaces of {owner.Phrase}";
        var id = IdOfAll(owner);
        return new(id.Inode, id.Cookie, name) { Owner = owner.IsMachine ? null : owner.Key };
    }
}
