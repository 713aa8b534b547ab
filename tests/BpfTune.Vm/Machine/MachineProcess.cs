using System.Diagnostics;
using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>An emulator, or a root of its own, which does not outlive this process, however that ends.</summary>
internal sealed class MachineProcess : IDisposable
{
    private bool _disposed;

    private MachineProcess(Process process) => Process = process;

    internal Process Process { get; }

    /// <summary>Starts it with its input closed.</summary>
    /// <exception cref="LabException">There is no such program.</exception>
    internal static MachineProcess Start(string command, params ReadOnlySpan<string> arguments)
    {
        var machine = StartHeld(command, arguments);
        machine.Process.StandardInput.Close();
        return machine;
    }

    /// <summary>Starts it with its input open, which ends when this process does: a program that waits for that ends as well.</summary>
    /// <exception cref="LabException">There is no such program.</exception>
    internal static MachineProcess StartHeld(string command, params ReadOnlySpan<string> arguments)
    {
        lock (LabLifetime.Gate)
        {
            var machine = new MachineProcess(Tool.StartDetached(Tool.Info(command, arguments)));
            LabLifetime.Register(machine);
            return machine;
        }
    }

    public void Dispose()
    {
        lock (LabLifetime.Gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            LabLifetime.Forget(this);
            if (!Process.HasExited)
            {
                Process.Kill();
                Process.WaitForExit();
            }

            Process.Dispose();
        }
    }
}
