using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// The one thread that ever leaves the daemon's namespace. It is made when first needed, is never a pool thread (one
/// that failed to come home would serve strangers), and blocks without a timer while there is nothing to do.
/// </summary>
internal sealed class NamespaceThread : IDisposable
{
    private const int StackBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly SafeFileHandle _home;
    private readonly AutoResetEvent _wake = new(false);
    private readonly AutoResetEvent _done = new(false);
    private Thread? _thread;
    private Job? _job;

    internal NamespaceThread()
    {
        _home = Interop.Namespaces.Open(
            NamespaceFile.OwnPath, Interop.Namespaces.OpenReadOnly | Interop.Namespaces.OpenCloseOnExec);
        if (_home.IsInvalid)
        {
            throw new NamespaceException(
                $"cannot open {NamespaceFile.OwnPath}: {ErrorPhrase.Of(Marshal.GetLastPInvokeError())}");
        }
    }

    /// <summary>
    /// Enters the namespace, runs the function, comes back. The caller waits. What the function throws is thrown here.
    /// </summary>
    /// <exception cref="NamespaceException">The namespace may not be entered.</exception>
    internal T Run<T>(SafeFileHandle target, string name, Func<T> action)
    {
        if (Thread.CurrentThread == _thread)
            throw new InvalidOperationException("Code inside a namespace cannot enter another one.");
        lock (_gate)
        {
            // A new thread begins in the namespace of the one that starts it, so this must be called from home.
            if (_thread is null)
            {
                _thread = new Thread(Loop, StackBytes) { IsBackground = true, Name = "namespaces" };
                _thread.Start();
            }

            var job = new Job<T>(target, name, action);
            _job = job;
            _wake.Set();
            _done.WaitOne();
            job.Failure?.Throw();
            return job.Result!;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_thread is { } thread)
            {
                _job = null;
                _wake.Set();
                thread.Join();
                _thread = null;
            }

            _home.Dispose();
            _wake.Dispose();
            _done.Dispose();
        }
    }

    private void Loop()
    {
        while (true)
        {
            _wake.WaitOne();
            if (_job is not { } job)
                return;
            var isHome = Perform(job);
            if (!isHome)
                _thread = null;
            _done.Set();

            // Lost abroad: this thread is of no use any more, and the next job starts a fresh one.
            if (!isHome)
                return;
        }
    }

    private bool Perform(Job job)
    {
        if (Interop.Namespaces.SetNs(job.Target, Interop.Namespaces.CloneNewNet) != 0)
        {
            job.Fail(new NamespaceException(EntryRefused(job.Name, Marshal.GetLastPInvokeError())));
            return true;
        }

        try
        {
            job.Execute();
        }
        catch (Exception exception)
        {
            job.Fail(exception);
        }

        return Interop.Namespaces.SetNs(_home, Interop.Namespaces.CloneNewNet) == 0;
    }

    /// <summary>Why a namespace cannot be entered, as a sentence.</summary>
    internal static string EntryRefused(string name, int errno) => errno switch
    {
        Errno.EPERM => $"namespace {name} cannot be entered: CAP_SYS_ADMIN is missing (EPERM)",
        Errno.EINVAL => $"{name} is not a network namespace (EINVAL)",
        _ => $"namespace {name} cannot be entered: {ErrorPhrase.Of(errno)}",
    };

    private abstract class Job(SafeFileHandle target, string name)
    {
        public SafeFileHandle Target { get; } = target;

        public string Name { get; } = name;

        public ExceptionDispatchInfo? Failure { get; private set; }

        public abstract void Execute();

        public void Fail(Exception exception) => Failure = ExceptionDispatchInfo.Capture(exception);
    }

    private sealed class Job<T>(SafeFileHandle target, string name, Func<T> action) : Job(target, name)
    {
        public T? Result { get; private set; }

        public override void Execute() => Result = action();
    }
}
