using System.Reflection;
using BpfTune.Engine.Kernel;

namespace BpfTune.Packages.Tests;

/// <summary>What is tested, and whether it can be here.</summary>
internal static class Suite
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";

    /// <summary>The packages as they are now: a directory with deb, rpm and arch in it.</summary>
    public static string Packages => Variable("BPFTUNE_PACKAGES");

    /// <summary>The same, made as of an earlier version.</summary>
    public static string OldPackages => Variable("BPFTUNE_OLD_PACKAGES");

    /// <summary>A tree that './build.sh Install --prefix /usr/local --libdir lib64 --dest-dir' made.</summary>
    public static string SourceInstall => Variable("BPFTUNE_SOURCE_INSTALL");

    /// <summary>Where the sources are.</summary>
    public static string RepositoryRoot { get; } =
        typeof(Suite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>The .NET that runs this: three above the directory of its libraries.</summary>
    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));

    /// <summary>Skips the test where it cannot run, or fails it where it must.</summary>
    public static void Require()
    {
        var reason = Missing();
        if (reason is null)
            return;
        Assert.False(Environment.GetEnvironmentVariable(RequireVariable) == "1", $"{RequireVariable}=1, but {reason}");
        Assert.Skip(reason);
    }

    private static string? Missing()
    {
        foreach (var (variable, directory) in (ReadOnlySpan<(string, string)>)[
            ("BPFTUNE_PACKAGES", Packages), ("BPFTUNE_OLD_PACKAGES", OldPackages), ("BPFTUNE_SOURCE_INSTALL", SourceInstall)])
        {
            if (!Directory.Exists(directory))
                return $"{variable} names no directory; ./build.sh IntegrationTest sets it";
        }

        return KernelCapabilities.Probe().Critical.FirstOrDefault();
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
