using System.Diagnostics;
using Serilog;

namespace Nuke.Common.Tooling;

/// <summary>Starting processes.</summary>
public static class ProcessTasks
{
    /// <summary>Starts a program and reads what it writes.</summary>
    /// <param name="toolPath">A path, or a name to be looked for on the PATH.</param>
    /// <param name="arguments">The arguments as one text, double quotes around those with spaces.</param>
    /// <param name="workingDirectory">The current directory, if null.</param>
    /// <param name="environmentVariables">The whole environment of the process; ours, if null.</param>
    /// <param name="timeout">Milliseconds after which waiting for it kills it; for ever, if null.</param>
    /// <param name="logOutput">Whether its lines are shown; they are, if null.</param>
    /// <param name="logInvocation">Whether the command itself is shown; it is, if null.</param>
    /// <param name="logger">Where its lines are shown.</param>
    /// <param name="outputFilter">Changes each line before it is shown.</param>
    public static IProcess StartProcess(
        string toolPath,
        string? arguments = null,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string>? environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string>? logger = null,
        Func<string, string>? outputFilter = null)
    {
        var start = new ProcessStartInfo(Locate(toolPath), arguments ?? "")
        {
            WorkingDirectory = workingDirectory ?? Environment.CurrentDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (environmentVariables is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environmentVariables)
                start.Environment[name] = value;
        }

        if (logInvocation ?? true)
            Log.Information("> {Tool} {Arguments}", start.FileName, start.Arguments);
        Action<OutputType, string> show = logger ?? ((type, line) => (type == OutputType.Std ? (Action<string, object[]>)Log.Debug : Log.Error)("{Line}", [line]));
        var shown = outputFilter is null ? show : (type, line) => show(type, outputFilter(line));
        return new StartedProcess(start, timeout, logOutput ?? true ? shown : null);
    }

    private static string Locate(string tool)
    {
        if (tool.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            Assert.FileExists(tool);
            return tool;
        }

        var directories = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return directories.Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"Could not find '{tool}' on the PATH.");
    }
}
