namespace BpfTune.Engine.Control;

/// <summary>A network namespace.</summary>
/// <param name="Name"><c>global</c>, its name under /run/netns, or <c>inode N</c>.</param>
/// <param name="Inode">Its inode number.</param>
/// <param name="Cookie">The kernel's cookie for it; 0 where the kernel has none.</param>
/// <param name="IsGlobal">Whether the daemon itself lives in it.</param>
/// <param name="Tenant">Whose it is when it is not the machine's own: <c>uid 1000</c>; else null.</param>
public sealed record NamespaceReport(string Name, uint Inode, ulong Cookie, bool IsGlobal, string? Tenant = null);
