using System.Collections;
using System.Linq.Expressions;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Nuke.Common;

/// <summary>The base of a build. Its targets are properties of type <see cref="Target"/>, its parameters carry <see cref="ParameterAttribute"/>.</summary>
public abstract class NukeBuild
{
    /// <summary>The repository, as <c>--root</c> says.</summary>
    public static AbsolutePath RootDirectory { get; internal set; } = Environment.CurrentDirectory;

    /// <summary>Runs the targets that the command line names, else the default ones.</summary>
    /// <returns>The exit code: 0, or -1 (the shell sees 255) if a target failed or is unknown.</returns>
    protected static int Execute<T>(params Expression<Func<T, Target>>[] defaultTargetExpressions)
        where T : NukeBuild, new()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        return BuildRunner.Run(() => new T(), new ParameterSource(Environment.GetCommandLineArgs()[1..], environment), Console.Out, defaultTargetExpressions);
    }

    /// <summary>Called once, after everything else, whether the build succeeded or not.</summary>
    protected internal virtual void OnBuildFinished()
    {
    }
}
