using System.Collections.Concurrent;
using System.Diagnostics;

namespace Nuke.Common.Tooling;

/// <summary>Starting processes.</summary>
public static class ProcessTasks
{
    /// <summary>Starts a program and reads what it writes. The environment is its whole environment; the command itself is never shown.</summary>
    public static IProcess StartProcess(
        string toolPath, string arguments, string workingDirectory, IReadOnlyDictionary<string, string>? environmentVariables, bool logOutput, bool logInvocation, Action<OutputType, string> logger)
    {
        Assert.True(!logInvocation);
        var start = new ProcessStartInfo(toolPath, arguments) { WorkingDirectory = workingDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        if (environmentVariables is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environmentVariables)
                start.Environment[name] = value;
        }

        return new StartedProcess(start, logOutput ? logger : null);
    }

    private sealed class StartedProcess : IProcess
    {
        private readonly Process _process;
        private readonly ConcurrentQueue<Output> _output = new();

        public StartedProcess(ProcessStartInfo start, Action<OutputType, string>? logger)
        {
            _process = new Process { StartInfo = start };
            _process.OutputDataReceived += (_, line) => Keep(OutputType.Std, line.Data);
            _process.ErrorDataReceived += (_, line) => Keep(OutputType.Err, line.Data);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();

            void Keep(OutputType type, string? text)
            {
                if (text is null)
                    return;

                _output.Enqueue(new Output { Type = type, Text = text });
                logger?.Invoke(type, text);
            }
        }

        public int Id => _process.Id;

        public IReadOnlyCollection<Output> Output => _output;

        public bool HasExited => _process.HasExited;

        public int ExitCode => _process.ExitCode;

        public bool WaitForExit() => _process.WaitForExit(Timeout.Infinite);

        public void Dispose() => _process.Dispose();
    }
}
