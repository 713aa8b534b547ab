namespace BpfTune.Live.Tests.Namespaces;

/// <summary>What this process has open.</summary>
internal static class Descriptors
{
    internal static int Count => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>Inodes of the network namespaces that descriptors hold, apart from the process's own.</summary>
    internal static IReadOnlyList<string> ForeignNamespaces
    {
        get
        {
            var own = new FileInfo("/proc/self/ns/net").LinkTarget;
            return [.. Directory.GetFileSystemEntries("/proc/self/fd")
                .Select(path => new FileInfo(path).LinkTarget)
                .OfType<string>()
                .Where(target => target.StartsWith("net:", StringComparison.Ordinal) && target != own)];
        }
    }
}
