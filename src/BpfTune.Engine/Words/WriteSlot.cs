using BpfTune.Sdk;

namespace BpfTune.Engine.Words;

/// <summary>Which sysctl was written, and where the kernel side keeps what is known of that.</summary>
/// <param name="Place">The namespace that the sysctl belongs to; an inode of 0 when it belongs to none, or that cannot be told.</param>
/// <param name="Name">The number of its name.</param>
/// <param name="IsTenants">Whether the namespace belongs to a user namespace of somebody's own.</param>
internal readonly record struct WriteSlot(NamespaceId Place, uint Name, bool IsTenants);
