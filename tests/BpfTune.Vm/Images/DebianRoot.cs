using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>A directory with a minimal Debian in it, as mmdebstrap makes it.</summary>
internal static class DebianRoot
{
    private static readonly string[] s_left = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*"];

    /// <summary>All that the content depends on besides suite and packages: part of an image's recipe.</summary>
    internal static string Recipe => $"minbase {string.Join(' ', s_left)}";

    /// <summary>Makes it.</summary>
    /// <param name="suite">The suite's code name.</param>
    /// <param name="root">The directory, which must not exist or be empty.</param>
    /// <param name="packages">What is to be in it besides what every Debian has.</param>
    /// <exception cref="LabException">There is no mmdebstrap, or it failed.</exception>
    /// <exception cref="VmException">No mirror is known.</exception>
    internal static void Make(string suite, string root, params IReadOnlyCollection<string> packages)
    {
        var left = s_left.Select(path => $"--dpkgopt=path-exclude={path}");
        string[] include = packages.Count > 0 ? [$"--include={string.Join(',', packages)}"] : [];
        Tool.Run(
            "mmdebstrap",
            [
                "--quiet", "--mode=root", "--variant=minbase", .. include,
                "--aptopt=APT::Install-Recommends \"false\"", "--aptopt=Acquire::Languages \"none\"", "--dpkgopt=force-unsafe-io",
                .. left, suite, root, DebianArchive.Mirror(),
            ]).OrThrow();
        foreach (var leftover in (ReadOnlySpan<string>)["var/cache/apt", "var/lib/apt/lists"])
        {
            Directory.Delete(Path.Combine(root, leftover), recursive: true);
            Directory.CreateDirectory(Path.Combine(root, leftover));
        }
    }
}
