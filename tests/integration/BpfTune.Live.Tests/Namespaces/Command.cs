using System.Diagnostics;

namespace BpfTune.Live.Tests.Namespaces;

/// <summary>
/// Runs a command without pipes: the class library closes those of a finished process only when it collects garbage,
/// which would spoil a count of descriptors.
/// </summary>
internal static class Command
{
    internal static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }
}
