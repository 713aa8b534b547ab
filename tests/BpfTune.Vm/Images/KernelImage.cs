using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>One of Debian's cloud kernels, ready to boot.</summary>
/// <param name="Series">Which.</param>
/// <param name="Directory">Where its files are.</param>
public sealed record KernelImage(KernelSeries Series, string Directory)
{
    private const string Package = "linux-image-cloud-amd64";

    // What it takes to reach the disks; some kernels have some of it built in.
    private static readonly string[] s_boot = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4"];

    /// <summary>The bzImage.</summary>
    public string Kernel => Path.Combine(Directory, "vmlinuz");

    /// <summary>All modules, as the content of /usr/lib/modules.</summary>
    public string Modules => Path.Combine(Directory, "modules.ext4");

    /// <summary>What uname -r says.</summary>
    public string Release => File.ReadAllText(Path.Combine(Directory, "release")).Trim();

    /// <summary>The modules that the initramfs loads, in order.</summary>
    public IReadOnlyList<string> BootModules => [.. System.IO.Directory.GetFiles(Path.Combine(Directory, "boot")).Order(StringComparer.Ordinal)];

    /// <summary>Takes it from the cache, or makes it.</summary>
    /// <exception cref="VmException">The archive cannot be reached, and there is none in the cache.</exception>
    public static KernelImage Get(KernelSeries series, ImageCache cache)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(cache);
        var recipe = $"2 {series.Name} {series.Suite} {Package} {string.Join(' ', s_boot)}";
        return new KernelImage(series, cache.Get($"kernel-{series.Name}", recipe, directory => Make(series, directory)));
    }

    private static void Make(KernelSeries series, string directory)
    {
        var work = Path.Combine(directory, "work");
        var archive = DebianArchive.Open(series.Suite, Path.Combine(work, "apt"));
        var image = archive.DependenciesOf(Package).Single(name => name.StartsWith("linux-image-", StringComparison.Ordinal));
        var release = image["linux-image-".Length..];
        if (!release.StartsWith(series.Name + ".", StringComparison.Ordinal))
            throw new VmException($"Debian's {series.Suite} now has Linux {release}, not {series.Name}: KernelSeries.cs names the series");

        // Since 7.x the kernel and its modules are packages of their own; all of them bear the release in their names.
        var parts = archive.DependenciesOf(image).Where(name => name.EndsWith(release, StringComparison.Ordinal));
        var tree = Path.Combine(work, "tree");
        archive.Unpack([image, .. parts], tree);

        var modules = new[] { "usr/lib/modules", "lib/modules" }.Select(path => Path.Combine(tree, path)).First(System.IO.Directory.Exists);
        var own = Path.Combine(modules, release);
        var kernel = new[] { Path.Combine(tree, "boot", $"vmlinuz-{release}"), Path.Combine(own, "vmlinuz") }.First(File.Exists);
        File.Move(kernel, Path.Combine(directory, "vmlinuz"));
        File.WriteAllText(Path.Combine(directory, "release"), release + "\n");

        // depmod looks for lib/modules below its base.
        var root = System.IO.Directory.CreateDirectory(Path.Combine(work, "root/lib")).FullName;
        System.IO.Directory.Move(modules, Path.Combine(root, "modules"));
        modules = Path.Combine(root, "modules");
        own = Path.Combine(modules, release);
        Tool.Run("depmod", "-b", Path.Combine(work, "root"), release).OrThrow();
        CopyBootModules(own, System.IO.Directory.CreateDirectory(Path.Combine(directory, "boot")).FullName);
        FileSystemImage.Make(modules, Path.Combine(directory, "modules.ext4"), room: 0);
        System.IO.Directory.Delete(work, recursive: true);
    }

    private static void CopyBootModules(string modules, string target)
    {
        // modules.dep: a module, a colon, then all that it needs, the last to be loaded first.
        var dependencies = File.ReadLines(Path.Combine(modules, "modules.dep"))
            .Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var builtIn = File.ReadLines(Path.Combine(modules, "modules.builtin")).Select(Name).ToHashSet();
        var order = new List<string>();
        foreach (var name in s_boot)
        {
            if (dependencies.Keys.FirstOrDefault(path => Name(path) == name) is not { } path)
            {
                if (!builtIn.Contains(name) && name != "crc32c_generic")
                    throw new VmException($"the kernel has no module {name}, nor is it built in");
                continue;
            }

            order.AddRange(dependencies[path].Reverse().Append(path).Where(needed => !order.Contains(needed)));
        }

        for (var i = 0; i < order.Count; i++)
        {
            var source = Path.Combine(modules, order[i]);
            var copy = Path.Combine(target, string.Create(CultureInfo.InvariantCulture, $"{i:00}-{Name(order[i])}.ko"));
            if (source.EndsWith(".xz", StringComparison.Ordinal))
                Tool.Run("sh", "-c", "xz -dc \"$1\" >\"$2\"", "sh", source, copy).OrThrow();
            else
                File.Copy(source, copy);
        }
    }

    private static string Name(string path) => Path.GetFileName(path).Split('.')[0].Replace('-', '_');
}
