using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BpfTune.Lab;

/// <summary>
/// The verb 'pipe' of this program, run as a child: it works until its standard input closes, so that it cannot outlive
/// its maker, whatever ends that.
/// </summary>
internal sealed class PipeProcess : IDisposable
{
    /// <summary>The line that the child says once packets flow.</summary>
    internal const string ReadyLine = "ready";

    private readonly Process _process;
    private readonly Task<string> _error;

    private PipeProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    internal PipeStatistics? Statistics { get; private set; }

    internal static PipeProcess Start(string namespaceA, string namespaceB, PipeOptions options)
    {
        (string command, string[] leading) = Program();
        Process process = Tool.StartDetached(Tool.Info(command, [.. leading, .. Arguments(namespaceA, namespaceB, options)]));
        var made = new PipeProcess(process);
        try
        {
            string? line = process.StandardOutput.ReadLine();
            if (line != ReadyLine)
            {
                process.WaitForExit();
                string complaint = made._error.GetAwaiter().GetResult().Trim();
                throw new LabException("the pipe did not start: " + (complaint.Length > 0 ? complaint : line ?? "no message"));
            }

            return made;
        }
        catch
        {
            made.Kill();
            throw;
        }
    }

    /// <summary>Ends the child and takes its statistics.</summary>
    /// <exception cref="LabException">It had failed: what it carried is not to be trusted.</exception>
    public void Dispose()
    {
        _process.StandardInput.Close();
        string output = _process.StandardOutput.ReadToEnd();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            Kill();
            throw new LabException("the pipe did not end within 5 s and was killed");
        }

        int exitCode = _process.ExitCode;
        string error = _error.GetAwaiter().GetResult().Trim();
        _process.Dispose();

        if (exitCode != 0)
        {
            throw new LabException($"the pipe failed with exit code {exitCode}: {error}");
        }

        if (output.Trim() is { Length: > 0 } json)
        {
            Statistics = JsonSerializer.Deserialize<PipeStatistics>(json);
        }
    }

    internal static string[] Arguments(string namespaceA, string namespaceB, PipeOptions options)
    {
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        return
        [
            "pipe", "--a", namespaceA, "--b", namespaceB, "--until-stdin-closes",
            "--delay", Text($"{options.Delay.TotalMilliseconds}"),
            "--loss", Text($"{options.Loss * 100}"),
            "--seed", Text($"{options.Seed}"),
            "--rate", Text($"{options.Rate / 1e6}"),
            "--queue", Text($"{options.QueueLimit}"),
            "--mtu", Text($"{options.Mtu}"),
            "--capacity", Text($"{options.Capacity}"),
            .. options.Offload ? Array.Empty<string>() : ["--no-offload"],
        ];
    }

    private void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>This very program: as a library of a test it lies beside that test's assembly.</summary>
    private static (string Command, string[] Leading) Program()
    {
        string assembly = typeof(PipeProcess).Assembly.Location;
        string self = Environment.ProcessPath ?? "dotnet";
        if (Path.GetFileName(self) == "dotnet")
        {
            // The runtime may be one that only this very path leads to.
            return (self, ["exec", assembly]);
        }

        string host = Path.ChangeExtension(assembly, null);
        return File.Exists(host) ? (host, []) : ("dotnet", ["exec", assembly]);
    }
}
