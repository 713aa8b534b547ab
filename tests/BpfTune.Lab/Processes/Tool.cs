using System.ComponentModel;
using System.Diagnostics;

namespace BpfTune.Lab;

/// <summary>Runs the system's own commands (ip, tc, iperf3, bpftool) to their end.</summary>
public static class Tool
{
    /// <summary>Runs a command and collects both outputs.</summary>
    /// <exception cref="LabException">There is no such command.</exception>
    public static ToolResult Run(string command, params ReadOnlySpan<string> arguments)
    {
        using Process process = Start(command, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new ToolResult(Join(command, arguments), process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>
    /// As <see cref="Start(string, ReadOnlySpan{string})"/>, in a session of its own: a Ctrl-C at the terminal goes to the
    /// laboratory alone, which then ends the process in its own way and order. (A second signal on top of the
    /// terminal's would end a daemon before it has put its values back.)
    /// </summary>
    internal static Process StartDetached(ProcessStartInfo info)
    {
        // The child is no group leader, so setsid(1) does not fork: the process id stays.
        info.ArgumentList.Insert(0, info.FileName);
        info.FileName = "setsid";
        return Start(info);
    }

    /// <summary>Starts a command with all three streams redirected, marked as the laboratory's own.</summary>
    /// <exception cref="LabException">There is no such command.</exception>
    internal static Process Start(string command, params ReadOnlySpan<string> arguments) => Start(Info(command, arguments));

    /// <summary>How a command is started: all three streams redirected.</summary>
    internal static ProcessStartInfo Info(string command, params ReadOnlySpan<string> arguments)
    {
        var info = new ProcessStartInfo(command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return info;
    }

    private static Process Start(ProcessStartInfo info)
    {
        info.Environment[LabOwner.Variable] = LabOwner.Current.ToString();
        try
        {
            return Process.Start(info) ?? throw new LabException($"cannot start '{info.FileName}'");
        }
        catch (Win32Exception exception)
        {
            throw new LabException($"cannot start '{info.FileName}': {exception.Message}", exception);
        }
    }

    private static string Join(string command, ReadOnlySpan<string> arguments) => string.Join(' ', [command, .. arguments]);
}
