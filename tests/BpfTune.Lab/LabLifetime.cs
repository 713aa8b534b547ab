using System.Runtime.InteropServices;

namespace BpfTune.Lab;

/// <summary>
/// What must not outlive the process: namespaces, pipes, daemons. They are put away in the reverse order of their
/// making when disposed of, at a normal exit, and at SIGINT, SIGTERM, SIGHUP and SIGQUIT. (What a kill -9
/// leaves is for <see cref="LabSweep"/>.)
/// </summary>
public static class LabLifetime
{
    private static readonly List<IDisposable> s_resources = [];
    private static readonly List<PosixSignalRegistration> s_signals = [];
    private static volatile bool s_stopping;

    /// <summary>
    /// Held while a resource comes into being and while all are put away: a signal in the middle of the making
    /// waits until there is something to put away.
    /// </summary>
    internal static Lock Gate { get; } = new();

    /// <summary>Whether everything is being put away: what then breaks under somebody's hands is no failure of his.</summary>
    public static bool IsClosing => s_stopping;

    /// <summary>Runs before anything is put away when a signal ends the process; the argument is the signal's name.</summary>
    public static Action<string>? OnInterrupt { get; set; }

    /// <summary>Adds a resource; to be called under <see cref="Gate"/>, before it is made.</summary>
    /// <exception cref="OperationCanceledException">The process is ending.</exception>
    internal static void Register(IDisposable resource)
    {
        lock (Gate)
        {
            if (s_stopping)
            {
                throw new OperationCanceledException("the laboratory is closing");
            }

            Watch();
            s_resources.Add(resource);
        }
    }

    internal static void Forget(IDisposable resource)
    {
        lock (Gate)
        {
            s_resources.Remove(resource);
        }
    }

    /// <summary>Puts away everything, the youngest first; a failure of one does not spare the others.</summary>
    public static void DisposeAll()
    {
        lock (Gate)
        {
            s_stopping = true;
            while (s_resources.Count > 0)
            {
                IDisposable resource = s_resources[^1];
                s_resources.RemoveAt(s_resources.Count - 1);
                try
                {
                    resource.Dispose();
                }
                catch (Exception exception) when (exception is LabException or IOException or InvalidOperationException)
                {
                    Console.Error.WriteLine($"lab: {exception.Message}");
                }
            }
        }
    }

    private static void Watch()
    {
        if (s_signals.Count > 0)
        {
            return;
        }

        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            s_signals.Add(PosixSignalRegistration.Create(signal, Interrupted));
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => DisposeAll();
    }

    private static void Interrupted(PosixSignalContext context)
    {
        context.Cancel = true;

        // At once, not only under the gate: a Ctrl-C ends the commands that somebody is just waiting for, too.
        s_stopping = true;
        OnInterrupt?.Invoke(context.Signal.ToString());
        DisposeAll();
        int number = context.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGQUIT => 3,
            _ => 15,
        };
        Environment.Exit(128 + number);
    }
}
