/// <summary>The sources of this repository, without what was built from them.</summary>
internal static class SourceTree
{
    private static readonly string[] Built = ["artifacts", "bin", "obj", ".git", ".vs", ".idea"];

    /// <summary>Copies them, modes included.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        foreach (var directory in Directory.EnumerateDirectories(from).Where(IsSource))
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
    }

    private static bool IsSource(string directory)
    {
        var name = Path.GetFileName(directory);
        return !Built.Contains(name) && !directory.EndsWith("/.nuke/temp", StringComparison.Ordinal);
    }
}
