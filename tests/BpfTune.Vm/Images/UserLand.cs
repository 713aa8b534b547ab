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

    /// <summary>Takes it from the cache, or makes it.</summary>
    /// <exception cref="VmException">The archive cannot be reached, and there is none in the cache.</exception>
    public static UserLand Get(ImageCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var recipe = $"3 {Suite} {string.Join(' ', s_packages)} {DebianRoot.Recipe} {Room}";
        return new UserLand(Path.Combine(cache.Get($"userland-{Suite}", recipe, Make), "root.ext4"));
    }

    private static void Make(string directory)
    {
        var root = Path.Combine(directory, "root");
        DebianRoot.Make(Suite, root, s_packages);
        Directory.CreateDirectory(Path.Combine(root, "usr/lib/modules"));
        Directory.CreateDirectory(Path.Combine(root, "usr/share/dotnet"));
        FileSystemImage.Make(root, Path.Combine(directory, "root.ext4"), Room);
        Directory.Delete(root, recursive: true);
    }
}
