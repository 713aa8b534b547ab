using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common;
using Nuke.Common.Execution;

namespace BpfTune.Build.Tests;

/// <summary>One run of the build in this process, over the stand-in and in a directory of its own: its exit code and what it said.</summary>
internal sealed record BuildRun(int ExitCode, string Output)
{
    // As Main names it; the property is private.
    private static readonly Expression<Func<global::Build, Target>> s_compile = DefaultTarget();

    public static BuildRun Of(string commandLine, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var root = new TemporaryDirectory();
        return In(root, commandLine, environment);
    }

    public static BuildRun In(TemporaryDirectory root, string commandLine, IReadOnlyDictionary<string, string>? environment = null)
    {
        var output = new StringWriter();
        string[] arguments = [.. commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--root", root.Path];
        var exitCode = BuildRunner.Run(
            () => new global::Build(), new ParameterSource(arguments, environment ?? new Dictionary<string, string>()), output, s_compile);
        return new BuildRun(exitCode, output.ToString());
    }

    private static Expression<Func<global::Build, Target>> DefaultTarget()
    {
        var build = Expression.Parameter(typeof(global::Build));
        var property = typeof(global::Build).GetProperty("Compile", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return Expression.Lambda<Func<global::Build, Target>>(Expression.Property(build, property), build);
    }
}
