using System.Reflection;
using BpfTune.Lab;
using BpfTune.Vm;

namespace BpfTune.Fresh.Tests;

/// <summary>Which roots there are to be, and whether they can be made here.</summary>
internal static class Suite
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";
    private const string RootsVariable = "BPFTUNE_FRESH";

    private static readonly Lazy<string?> s_whyNot = new(WhyNot);

    /// <summary>Code names of Debian's suites: BPFTUNE_FRESH, else Debian 12 and 13.</summary>
    public static IReadOnlyList<string> Roots { get; } = Environment.GetEnvironmentVariable(RootsVariable) is { Length: > 0 } names
        ? names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : ["bookworm", "trixie"];

    /// <summary>Where the sources are.</summary>
    public static string RepositoryRoot { get; } =
        typeof(Suite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>Skips the test where no root can be made, or fails it where one must.</summary>
    public static void Require()
    {
        if (s_whyNot.Value is not { } reason)
            return;
        Assert.False(Environment.GetEnvironmentVariable(RequireVariable) == "1", $"{RequireVariable}=1, but {reason}");
        Assert.Skip(reason);
    }

    private static string? WhyNot()
    {
        if (Environment.UserName != "root")
            return "bare roots are made and entered by root";
        foreach (var tool in (ReadOnlySpan<string>)["mmdebstrap", "apt-get", "git", "unshare"])
        {
            if (Tool.Run("sh", "-c", $"command -v {tool}").ExitCode != 0)
                return $"{tool} is not installed";
        }

        if (!Path.Exists(Path.Combine(RepositoryRoot, ".git")))
            return $"{RepositoryRoot} is no clone";
        try
        {
            _ = DebianArchive.Mirror();
            return null;
        }
        catch (Exception exception) when (exception is VmException or LabException)
        {
            return exception.Message;
        }
    }
}
