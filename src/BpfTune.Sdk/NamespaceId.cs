namespace BpfTune.Sdk;

/// <summary>
/// Identifies one network namespace for as long as the machine is up.
/// </summary>
/// <param name="Inode">Inode number of the namespace on nsfs: what <c>stat /proc/PID/ns/net</c> shows and what <c>net->ns.inum</c> holds.</param>
/// <param name="Cookie">
/// The kernel's namespace cookie (<c>net->net_cookie</c>, never reused), or 0 where the kernel has none (before 5.14);
/// then the inode alone serves.
/// </param>
public readonly record struct NamespaceId(uint Inode, ulong Cookie);
