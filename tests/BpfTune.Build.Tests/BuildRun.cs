using System.Linq.Expressions;
using Nuke.Common;
using Nuke.Common.Execution;

namespace BpfTune.Build.Tests;

/// <summary>One run of a build in this process: its exit code, what it said, and the build itself.</summary>
internal sealed record BuildRun<T>(int ExitCode, string Output, T Build)
    where T : NukeBuild
{
    public static BuildRun<T> Of(string commandLine, Func<T> create, Expression<Func<T, Target>> defaultTarget, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var root = new TemporaryDirectory();
        return In(root, commandLine, create, defaultTarget, environment);
    }

    public static BuildRun<T> In(
        TemporaryDirectory root, string commandLine, Func<T> create, Expression<Func<T, Target>> defaultTarget, IReadOnlyDictionary<string, string>? environment = null)
    {
        var output = new StringWriter();
        T? build = null;
        string[] arguments = [.. commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--root", root.Path];
        var exitCode = BuildRunner.Run(() => build = create(), new ParameterSource(arguments, environment ?? new Dictionary<string, string>()), output, defaultTarget);
        return new BuildRun<T>(exitCode, output.ToString(), build!);
    }
}
