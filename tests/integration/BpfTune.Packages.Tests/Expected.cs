using BpfTune.Packages.Tests.Distributions;

namespace BpfTune.Packages.Tests;

/// <summary>Which files each package is to hold.</summary>
internal static class Expected
{
    /// <summary>What is in the program's directory besides libraries, and of these our own.</summary>
    public static IReadOnlyList<string> Program(Distribution distribution) =>
    [
        "BpfTune.Engine.dll", "BpfTune.LibBpf.dll", "BpfTune.Sdk.dll", "System.CommandLine.dll", "before-removal", "bpftune", "bpftune.deps.json",
        "bpftune.dll", "bpftune.runtimeconfig.json", .. HasRuntimeInside(distribution) ? (string[])["LICENSE.dotnet.txt", "THIRD-PARTY-NOTICES.dotnet.txt", "createdump", "libcoreclr.so"] : [],
    ];

    /// <summary>Whether the .NET runtime is inside, as where the distribution has none.</summary>
    public static bool HasRuntimeInside(Distribution distribution) => distribution is Debian;

    /// <summary>Of a tuner's package: the tuner, its manual page, and what the distribution wants of every package.</summary>
    public static IEnumerable<string> OfTuner(Distribution distribution, string tuner) =>
    [
        $"{distribution.TunerDirectory}/{tuner}.tuner.dll",
        $"/usr/share/man/man8/bpftune-{tuner}.8",
        .. Papers(distribution, Distribution.PackageOf(tuner)),
    ];

    /// <summary>Of the core's package, but for the program's own directory.</summary>
    public static IEnumerable<string> OfCore(Distribution distribution) =>
    [
        "/usr/bin/bpftune",
        .. distribution is Debian ? (string[])["/usr/sbin/bpftune"] : [],
        "/etc/bpftune/bpftune.conf",
        distribution is Debian ? "/lib/systemd/system/bpftune.service" : "/usr/lib/systemd/system/bpftune.service",
        "/usr/share/man/man8/bpftune.8",
        "/usr/share/bash-completion/completions/bpftune",
        "/usr/share/fish/vendor_completions.d/bpftune.fish",
        distribution.ZshCompletions + "/_bpftune",
        .. Extras(distribution),
        .. Papers(distribution, "bpftune-core"),
    ];

    /// <summary>A package's path as the file system shows it: Debian's packages may name the links that directories once were.</summary>
    public static Func<string, string> WithoutLinks(Distribution distribution) =>
        path => distribution is Debian && path.StartsWith("/lib/", StringComparison.Ordinal) ? "/usr" + path : path;

    /// <summary>Manual pages are compressed or not, as the tools of the distribution do it.</summary>
    public static string WithoutCompression(string path) =>
        path.StartsWith("/usr/share/man/", StringComparison.Ordinal) && path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;

    /// <summary>What a package's own script makes, and takes away: rpm's, since a package with /usr/sbin would do harm where that is /usr/bin.</summary>
    public static IEnumerable<string> MadeByScripts(Distribution distribution) => distribution is Fedora ? ["/usr/sbin/bpftune"] : [];

    private static IEnumerable<string> Papers(Distribution distribution, string package) => distribution switch
    {
        Debian => [$"/usr/share/doc/{package}/changelog.Debian.gz", $"/usr/share/doc/{package}/copyright"],
        Fedora =>
        [
            $"/usr/share/licenses/{package}/LICENSE", $"/usr/share/licenses/{package}/LICENSES/GPL-2.0-only.txt", $"/usr/share/licenses/{package}/LICENSES/MIT.txt",
        ],
        _ => [$"/usr/share/licenses/{package}/LICENSE", $"/usr/share/licenses/{package}/GPL-2.0-only.txt", $"/usr/share/licenses/{package}/MIT.txt"],
    };

    // For service managers other than systemd, to be copied by those who have one; and, on Debian, what lintian is told.
    private static IEnumerable<string> Extras(Distribution distribution)
    {
        var directory = distribution is Debian ? "/usr/share/doc/bpftune-core/examples" : "/usr/share/doc/bpftune-core";
        return [$"{directory}/dinit/bpftune", $"{directory}/openrc/bpftune", .. distribution is Debian ? (string[])["/usr/share/lintian/overrides/bpftune-core"] : []];
    }
}
