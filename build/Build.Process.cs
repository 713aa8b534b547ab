using System.Collections;
using System.Text.RegularExpressions;
using Nuke.Common.IO;
using Nuke.Common.Tooling;

partial class Build
{
    // The SDK that build.sh found or fetched.
    static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_EXE") is { Length: > 0 } path ? path : "dotnet";

    static bool IsRoot => Environment.UserName == "root";

    // Neither may outlive the build: a clean clone is deleted after it, and a package build root is left.
    static readonly string[] NoServers = ["-nodeReuse:false", "-p:UseSharedCompilation=false"];

    void RunDotnet(params string[] arguments) => Run(Dotnet, arguments).AssertZeroExitCode();

    void BuildDotnet(string verb, AbsolutePath project, params string[] arguments) =>
        RunDotnet([verb, project, "-c", Configuration, "-nologo", "-v", "minimal", "-clp:NoSummary", .. NoServers, .. VersionOption(), .. arguments]);

    /// <summary>Starts a program that shows its lines as they come, unadorned.</summary>
    IProcess Run(string tool, string[] arguments, IReadOnlyDictionary<string, string>? more = null, TimeSpan? limit = null, AbsolutePath? directory = null) =>
        ProcessTasks.StartProcess(
            tool,
            string.Join(' ', arguments.Select(Quote)),
            workingDirectory: directory ?? RootDirectory,
            environmentVariables: more is null ? null : With(more),
            timeout: limit is { } time ? (int)time.TotalMilliseconds : null,
            logger: static (_, line) => Console.WriteLine(line));

    // Whoever starts a process with variables gives it all of them.
    static Dictionary<string, string> With(IReadOnlyDictionary<string, string> more)
    {
        var all = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
        foreach (var (name, value) in more)
            all[name] = value;
        return all;
    }

    // By the rules of ProcessStartInfo.Arguments.
    static string Quote(string argument) =>
        argument.Length > 0 && !argument.Any(letter => char.IsWhiteSpace(letter) || letter == '"')
            ? argument
            : $"\"{BeforeQuote().Replace(argument, match => match.Groups[1].Value + match.Value.Replace("\"", "\\\""))}\"";

    // A backslash is only a backslash there, unless a quote comes after it: the argument's own or the closing one.
    [GeneratedRegex("(\\\\*)(?:\"|$)")]
    private static partial Regex BeforeQuote();
}
