using System.Diagnostics;
using System.Reflection;

namespace BpfTune.Cli.Tests.Completions;

/// <summary>The files in packaging/completions.</summary>
internal static class CompletionFile
{
    internal static string PathOf(string name) => Path.Combine(
        typeof(CompletionFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!,
        "packaging", "completions", name);

    internal static string Text(string name) => File.ReadAllText(PathOf(name));

    /// <summary>Runs a shell and returns what it says, both streams; it must succeed.</summary>
    internal static string Run(string shell, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{shell} {string.Join(' ', arguments)}: {error.Result}");
        Assert.Equal("", error.Result);
        return output;
    }
}
