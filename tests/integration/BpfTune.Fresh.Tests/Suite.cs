using System.Reflection;
using BpfTune.Lab;
using BpfTune.Vm;

namespace BpfTune.Fresh.Tests;

/// <summary>Which roots there are to be, what is done in them, and whether they can be made here.</summary>
internal static class Suite
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";
    private const string RootsVariable = "BPFTUNE_FRESH";
    private const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    private static readonly Lazy<string?> s_whyNot = new(WhyNot);

    /// <summary>
    /// Code names of Debian's suites, each with what is done in it: BPFTUNE_FRESH, as bookworm:Demo+Packages,trixie (there all steps), else all of
    /// them in Debian 12 and 13.
    /// </summary>
    public static IReadOnlyList<(string Suite, IReadOnlyList<string> Steps)> Plan { get; } =
        [.. (Environment.GetEnvironmentVariable(RootsVariable) is { Length: > 0 } plan ? plan : "bookworm,trixie").Split(',', Options).Select(PlanOf)];

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

    // In the order in which they are done, whatever the order in which they are named.
    private static (string Suite, IReadOnlyList<string> Steps) PlanOf(string root)
    {
        var words = root.Split([':', '+'], Options);
        var unknown = words[1..].Except(BpfTune.Fresh.Tests.Steps.All).ToList();
        return unknown.Count > 0
            ? throw new ArgumentException($"{RootsVariable}: there is no step {unknown[0]}; there are {string.Join(", ", BpfTune.Fresh.Tests.Steps.All)}")
            : (words[0], [.. BpfTune.Fresh.Tests.Steps.All.Where(step => words.Length == 1 || words.Contains(step))]);
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
