using System.Diagnostics;
using BpfTune.Vm;

namespace BpfTune.Fresh.Tests;

/// <summary>What came of a command in a root.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Lines">What it printed, both streams together.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record StepResult(int ExitCode, IReadOnlyList<string> Lines, TimeSpan Elapsed)
{
    /// <summary>The last lines, for a person who is told that something failed.</summary>
    public string Tail => string.Join('\n', Lines.TakeLast(60));

    /// <summary>Runs a program to its end, and shows its lines with a name before each. Its input ends when this process does.</summary>
    public static StepResult Of(string name, string program, params ReadOnlySpan<string> arguments)
    {
        var clock = Stopwatch.StartNew();
        using var machine = MachineProcess.StartHeld(program, arguments);
        var lines = new List<string>();
        void Take(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not { } text)
                return;
            lock (lines)
                lines.Add(text);
            Console.WriteLine($"{name}: {text}");
        }

        machine.Process.OutputDataReceived += Take;
        machine.Process.ErrorDataReceived += Take;
        machine.Process.BeginOutputReadLine();
        machine.Process.BeginErrorReadLine();
        machine.Process.WaitForExit();
        return new StepResult(machine.Process.ExitCode, lines, clock.Elapsed);
    }
}
