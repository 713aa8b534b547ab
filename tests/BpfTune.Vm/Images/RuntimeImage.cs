namespace BpfTune.Vm;

/// <summary>The .NET runtime that this process runs on, for the guest: what is published depends on it.</summary>
/// <param name="Image">An ext4 image, the content of /usr/share/dotnet.</param>
public sealed record RuntimeImage(string Image)
{
    /// <summary>Takes it from the cache, or makes it.</summary>
    public static RuntimeImage Get(ImageCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var version = Path.GetFileName(framework);
        var root = Path.GetFullPath(Path.Combine(framework, "../../.."));
        string[] parts = ["dotnet", $"host/fxr/{version}", $"shared/Microsoft.NETCore.App/{version}"];
        foreach (var part in parts.Where(part => !Path.Exists(Path.Combine(root, part))))
            throw new VmException($"there is no {part} in {root}: this must run on an installed .NET runtime");
        var recipe = $"1 {version} {File.GetLastWriteTimeUtc(typeof(object).Assembly.Location):O}";
        var directory = cache.Get("dotnet", recipe, made =>
        {
            var tree = Path.Combine(made, "tree");
            foreach (var part in parts)
                Copy(Path.Combine(root, part), Path.Combine(tree, part));
            FileSystemImage.Make(tree, Path.Combine(made, "dotnet.ext4"), room: 0);
            Directory.Delete(tree, recursive: true);
        });
        return new RuntimeImage(Path.Combine(directory, "dotnet.ext4"));
    }

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(source))
        {
            File.Copy(source, target);
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var entry in Directory.EnumerateFileSystemEntries(source))
            Copy(entry, Path.Combine(target, Path.GetFileName(entry)));
    }
}
