using System.Globalization;

namespace BpfTune.Sdk;

/// <summary>
/// Whose a network namespace is, by the user namespace that owns it (user_namespaces(7), network_namespaces(7)). What
/// the first user namespace owns is the machine's: only root can make that. Everything else is a tenant's.
/// </summary>
/// <param name="Key">
/// 0 for the machine; below 2^32 a user, by the id that made the top-most user namespace below the first one, so that
/// nesting makes no new owner; above it a user namespace that root made (by its inode), since a container engine that
/// runs as root makes them for strangers.
/// </param>
public readonly record struct NamespaceOwner(ulong Key)
{
    private const ulong UserNamespace = 1UL << 32;

    /// <summary>The machine itself.</summary>
    public static NamespaceOwner Machine => default;

    /// <summary>
    /// In an event: the kernel could not tell whose packet it was. It counts as a tenant's wherever there is one.
    /// </summary>
    public static NamespaceOwner Unknown => new(ulong.MaxValue);

    /// <summary>The owner of what lies below a user namespace of the first one.</summary>
    /// <param name="user">Who made it.</param>
    /// <param name="topmost">Its inode number.</param>
    public static NamespaceOwner Tenant(uint user, uint topmost) => new(user != 0 ? user : UserNamespace | topmost);

    /// <summary>Whether it is the machine's own.</summary>
    public bool IsMachine => Key == 0;

    /// <summary>How a sentence names it: 'uid 1000', 'user namespace 4026532000'.</summary>
    public string Phrase => this switch
    {
        { IsMachine: true } => "the machine",
        { Key: ulong.MaxValue } => "somebody unknown",
        { Key: < UserNamespace } => string.Create(CultureInfo.InvariantCulture, $"uid {Key}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"user namespace {(uint)Key}"),
    };

    /// <inheritdoc/>
    public override string ToString() => Phrase;
}
