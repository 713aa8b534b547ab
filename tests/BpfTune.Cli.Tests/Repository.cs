using System.Runtime.CompilerServices;

namespace BpfTune.Cli.Tests;

/// <summary>The tree that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    internal static string Root { get; } = Find();

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "BpfTune.slnx")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? SourceRoot();
    }

    // The tests may be built into a directory outside the tree: then the compiler's own path leads to it.
    private static string SourceRoot([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
