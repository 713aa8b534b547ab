using System.Linq.Expressions;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Nuke.Common;

/// <summary>The base of a build. Its targets are properties of type <see cref="Target"/>, its parameters carry <see cref="ParameterAttribute"/>.</summary>
public abstract class NukeBuild
{
    /// <summary>The repository: <c>--root</c>, else the nearest directory at or above the current one that holds <c>.nuke</c>.</summary>
    public static AbsolutePath RootDirectory { get => field ??= FindRoot(Environment.CurrentDirectory); internal set; }

    /// <summary>A directory for what the build keeps to itself, <c>.nuke/temp</c>.</summary>
    public static AbsolutePath TemporaryDirectory => (RootDirectory / ".nuke" / "temp").CreateDirectory();

    /// <summary>Runs the targets that the command line names, else the default ones.</summary>
    /// <returns>The exit code: 0, or -1 (the shell sees 255) if a target failed or is unknown.</returns>
    protected static int Execute<T>(params Expression<Func<T, Target>>[] defaultTargetExpressions)
        where T : NukeBuild, new()
    {
        var parameters = new ParameterSource(Environment.GetCommandLineArgs()[1..], EnvironmentVariables.Read());
        return BuildRunner.Run(() => new T(), parameters, Console.Out, defaultTargetExpressions);
    }

    /// <summary>Called once, after everything else, whether the build succeeded or not.</summary>
    protected internal virtual void OnBuildFinished()
    {
    }

    internal static AbsolutePath FindRoot(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            if (Path.Exists(Path.Combine(directory.FullName, ".nuke")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No directory .nuke was found at or above {start}. Run the build in the repository, or add --root DIR.");
    }
}
