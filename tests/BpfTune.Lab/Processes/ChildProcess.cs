using System.Diagnostics;

namespace BpfTune.Lab;

/// <summary>A command that runs on while the laboratory does something else; killed at the latest when this process ends.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;
    private readonly string _command;
    private bool _disposed;

    private ChildProcess(string command, Process process)
    {
        _command = command;
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    internal bool HasExited => _process.HasExited;

    internal static ChildProcess Start(string command, params ReadOnlySpan<string> arguments)
    {
        lock (LabLifetime.Gate)
        {
            var child = new ChildProcess(string.Join(' ', [command, .. arguments]), Tool.Start(command, arguments));
            try
            {
                LabLifetime.Register(child);
                return child;
            }
            catch
            {
                child.Dispose();
                throw;
            }
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="LabException">It did not end in time; it is killed.</exception>
    internal ToolResult Wait(TimeSpan timeout)
    {
        if (!_process.WaitForExit(timeout))
        {
            _process.Kill();
            throw new LabException($"'{_command}' did not end within {timeout.TotalSeconds:0.#} s");
        }

        return new ToolResult(_command, _process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        lock (LabLifetime.Gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            LabLifetime.Forget(this);
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _process.Dispose();
        }
    }
}
