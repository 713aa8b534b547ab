using System.Diagnostics;
using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>An emulator, which does not outlive this process, however that ends.</summary>
internal sealed class MachineProcess : IDisposable
{
    private bool _disposed;

    private MachineProcess(Process process) => Process = process;

    internal Process Process { get; }

    /// <summary>Starts it with its input closed.</summary>
    /// <exception cref="LabException">There is no such program.</exception>
    internal static MachineProcess Start(string command, params ReadOnlySpan<string> arguments)
    {
        lock (LabLifetime.Gate)
        {
            var machine = new MachineProcess(Tool.StartDetached(Tool.Info(command, arguments)));
            machine.Process.StandardInput.Close();
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
