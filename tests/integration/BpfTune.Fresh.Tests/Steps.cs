using System.Globalization;

namespace BpfTune.Fresh.Tests;

/// <summary>
/// What a stranger does in a root, one thing after another: each once, and none before those of the plan that come before it, whatever the order
/// in which the tests ask for them.
/// </summary>
internal static class Steps
{
    public const string Demo = "Demo";
    public const string UnitTest = "UnitTest";
    public const string Packages = "Packages";
    public const string Clang = "ClangTest";

    // The newest clang that this Debian has, besides the one that the build has installed.
    private const string InstallNewestClang = """
        apt-get update -qq && apt-get install -qq -y --no-install-recommends "$(apt-cache pkgnames clang- | grep -xE 'clang-[0-9]+' | sort -V | tail -1)" >/dev/null
        """;

    private static readonly Dictionary<(string Suite, string Step), StepResult> s_results = [];

    private static readonly Dictionary<string, BareRoot> s_roots = [];

    /// <summary>In their order.</summary>
    public static IReadOnlyList<string> All { get; } = [Demo, UnitTest, Packages, Clang];

    /// <summary>The root, and what came of a step in it.</summary>
    public static (BareRoot Root, StepResult Result) Of(string suite, string step)
    {
        if (!s_roots.TryGetValue(suite, out var root))
            s_roots.Add(suite, root = BareRoot.Make(suite));
        var planned = Suite.Plan.Single(root => root.Suite == suite).Steps;
        foreach (var each in planned.TakeWhile(each => each != step).Append(step).Where(each => !s_results.ContainsKey((suite, each))))
        {
            var result = root.Run(Command(each));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fresh: {each} in a bare {suite} took {result.Elapsed.TotalSeconds:0} s, exit code {result.ExitCode}"));
            s_results.Add((suite, each), result);
        }

        return (root, s_results[(suite, step)]);
    }

    private static string[] Command(string step) => step switch
    {
        Packages => ["./build.sh", Packages, "--format", "deb"],
        // The build installs the usual one where it finds none.
        Clang => ["sh", "-c", $"./build.sh {Clang} && {InstallNewestClang} && ./build.sh {Clang}"],
        _ => ["./build.sh", step],
    };

    /// <summary>Deletes the roots.</summary>
    public static void Leave()
    {
        foreach (var root in s_roots.Values)
            root.Dispose();
        s_roots.Clear();
    }
}
