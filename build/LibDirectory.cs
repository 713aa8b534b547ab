/// <summary>Which directory below a prefix is the one for 64-bit programs' own files: lib on Debian and Arch, lib64 on RPM distributions.</summary>
internal static class LibDirectory
{
    private static readonly string[] Lib = ["debian", "ubuntu", "arch", "alpine", "gentoo", "void", "nixos"];
    private static readonly string[] Lib64 = ["fedora", "rhel", "centos", "suse", "opensuse", "mageia", "amzn", "ol", "azurelinux"];

    private static readonly string[] ReleaseFiles = ["etc/os-release", "usr/lib/os-release"];
    private static readonly string[] ReleaseKeys = ["ID", "ID_LIKE"];

    /// <summary>Reads it from the distribution that lies below <paramref name="root"/>.</summary>
    public static string Detect(string root = "/")
    {
        foreach (var name in Distributions(root))
        {
            if (Lib.Contains(name))
                return "lib";
            if (Lib64.Contains(name) || name.StartsWith("opensuse-", StringComparison.Ordinal))
                return "lib64";
        }

        // An unknown distribution is judged by where its C library lies; a link to lib (as on Arch) counts as lib.
        var lib64 = new DirectoryInfo(Path.Combine(root, "usr/lib64"));
        return lib64.Exists && lib64.LinkTarget is null && File.Exists(Path.Combine(lib64.FullName, "libc.so.6")) ? "lib64" : "lib";
    }

    // os-release(5): what it is, then what it is like, nearest first.
    private static IEnumerable<string> Distributions(string root)
    {
        var file = ReleaseFiles.Select(name => Path.Combine(root, name)).FirstOrDefault(File.Exists);
        if (file is null)
            return [];

        var fields = File.ReadLines(file)
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0], pair => pair[1].Trim().Trim('"', '\''))
            .ToDictionary(group => group.Key, group => group.Last());
        return ReleaseKeys.SelectMany(key => fields.GetValueOrDefault(key, "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
