using System.Collections;
using Nuke.Common.IO;

partial class Build
{
    // The SDK that build.sh found or fetched.
    static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_EXE") is { Length: > 0 } path ? path : "dotnet";

    static bool IsRoot => Environment.UserName == "root";

    // Nothing may outlive the build: a clean clone is deleted after it, and a package build root is left. One compiler for all projects of a command
    // is twice as fast as one for each: under a name that nobody else calls, it is in the command's session, and ends with it.
    static string[] OwnServers => ["-nodeReuse:false", "-p:UseSharedCompilation=true", $"-p:SharedCompilationId=bpftune-{Guid.NewGuid():N}"];

    void RunDotnet(params string[] arguments) => Run(Dotnet, arguments).AssertZeroExitCode();

    void BuildDotnet(string verb, AbsolutePath project, params string[] arguments) =>
        RunDotnet([verb, project, "-c", Configuration, "-nologo", "-v", "minimal", "-clp:NoSummary", .. OwnServers, .. VersionOption(), .. arguments]);

    /// <summary>Starts a program that shows its lines as they come, unadorned but for a name where several run at once.</summary>
    Job Run(string tool, string[] arguments, IReadOnlyDictionary<string, string>? more = null, AbsolutePath? directory = null, string? name = null) =>
        Job.Start(tool, arguments, directory ?? RootDirectory, more is null ? null : With(more), name is null ? Console.WriteLine : line => Console.WriteLine($"{name}: {line}"));

    // The first that fails is what is told, once all have ended.
    static void SideBySide<T>(IEnumerable<T> items, Action<T> action) => Task.WhenAll(items.Select(item => Task.Run(() => action(item)))).GetAwaiter().GetResult();

    // Whoever starts a process with variables gives it all of them.
    static Dictionary<string, string> With(IReadOnlyDictionary<string, string> more)
    {
        var all = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
        foreach (var (name, value) in more)
            all[name] = value;
        return all;
    }
}
