using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>The user land that all kernels run: a small Debian with what the suite and its tests need.</summary>
/// <param name="Image">An ext4 image.</param>
public sealed record UserLand(string Image)
{
    private const string Suite = "bookworm";
    private const long Room = 256L << 20;

    private static readonly string[] s_packages =
    [
        "libbpf1", "libelf1", "zlib1g", "libstdc++6", "libgcc-s1",
        "bpftool", "ethtool", "iperf3", "iproute2", "kmod", "nftables", "procps",
    ];

    private static readonly string[] s_left = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*"];

    /// <summary>Takes it from the cache, or makes it.</summary>
    /// <exception cref="VmException">The archive cannot be reached, and there is none in the cache.</exception>
    public static UserLand Get(ImageCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var recipe = $"2 {Suite} {string.Join(' ', s_packages)} {string.Join(' ', s_left)} {Room}";
        return new UserLand(Path.Combine(cache.Get($"userland-{Suite}", recipe, Make), "root.ext4"));
    }

    private static void Make(string directory)
    {
        var root = Path.Combine(directory, "root");
        var left = s_left.Select(path => $"--dpkgopt=path-exclude={path}");
        Tool.Run(
            "mmdebstrap",
            [
                "--quiet", "--mode=root", "--variant=minbase", $"--include={string.Join(',', s_packages)}",
                "--aptopt=APT::Install-Recommends \"false\"", "--aptopt=Acquire::Languages \"none\"", "--dpkgopt=force-unsafe-io",
                .. left, Suite, root, DebianArchive.Mirror(),
            ]).OrThrow();
        foreach (var leftover in (ReadOnlySpan<string>)["var/cache/apt", "var/lib/apt/lists"])
        {
            Directory.Delete(Path.Combine(root, leftover), recursive: true);
            Directory.CreateDirectory(Path.Combine(root, leftover));
        }

        Directory.CreateDirectory(Path.Combine(root, "usr/lib/modules"));
        Directory.CreateDirectory(Path.Combine(root, "usr/share/dotnet"));
        FileSystemImage.Make(root, Path.Combine(directory, "root.ext4"), Room);
        Directory.Delete(root, recursive: true);
    }
}
