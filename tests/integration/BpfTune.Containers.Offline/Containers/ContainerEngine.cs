using System.ComponentModel;
using System.Diagnostics;

namespace DotNet.Testcontainers.Containers;

/// <summary>The engine's command line.</summary>
internal static class ContainerEngine
{
    /// <summary>docker or podman, as BPFTUNE_CONTAINER_ENGINE says; podman if it says nothing.</summary>
    public static string Name => Environment.GetEnvironmentVariable("BPFTUNE_CONTAINER_ENGINE") is { Length: > 0 } name ? name : "podman";

    /// <summary>Runs one of its commands to its end.</summary>
    /// <exception cref="InvalidOperationException">There is no such engine.</exception>
    public static async Task<ExecResult> RunAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        var info = new ProcessStartInfo(Name, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using var process = Start(info);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            return new ExecResult(await output.ConfigureAwait(false), await error.ConfigureAwait(false), process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"The container engine '{info.FileName}' cannot be started: {exception.Message}", exception);
        }
    }
}
