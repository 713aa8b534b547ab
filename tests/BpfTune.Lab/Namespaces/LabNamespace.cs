using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using BpfTune.Lab.Native;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Lab;

/// <summary>
/// A named network namespace (as 'ip netns add' makes it) that lives as long as this object, at most as long as
/// this process.
/// </summary>
public sealed class LabNamespace : IDisposable
{
    private SafeFileHandle? _handle;
    private bool _disposed;

    private LabNamespace(string role)
    {
        Role = role;
        Name = LabOwner.Current.NewName(role);
    }

    /// <summary>What its maker calls it.</summary>
    public string Role { get; }

    /// <summary>The name under /run/netns.</summary>
    public string Name { get; }

    /// <summary>Where it is bound: /run/netns/NAME.</summary>
    public string Path => "/run/netns/" + Name;

    /// <summary>The inode number, which the kernel calls ns.inum and BPF events carry.</summary>
    public ulong Inode { get; private set; }

    private SafeFileHandle Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _handle ?? throw new InvalidOperationException("the namespace was not made");
        }
    }

    /// <summary>Makes one with its loopback up.</summary>
    /// <param name="role">A short word to tell it by: letters and digits.</param>
    /// <exception cref="LabException">No privilege, or no iproute2.</exception>
    public static LabNamespace Create(string role)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        if (!role.All(char.IsAsciiLetterOrDigit))
        {
            throw new ArgumentException("letters and digits only", nameof(role));
        }

        if (Interop.GetEffectiveUserId() != 0)
        {
            throw new LabException("network namespaces need root: run this with sudo");
        }

        var made = new LabNamespace(role);
        lock (LabLifetime.Gate)
        {
            LabLifetime.Register(made);
            try
            {
                Tool.Run("ip", "netns", "add", made.Name).OrThrow();
                made._handle = OpenNamespace(made.Path);
                made.Inode = ReadInode(made.Path);
                Tool.Run("ip", "-n", made.Name, "link", "set", "lo", "up").OrThrow();
            }
            catch
            {
                made.Dispose();
                throw;
            }
        }

        return made;
    }

    /// <summary>Runs something on a thread of its own inside the namespace. A socket made there stays there.</summary>
    public T Run<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return RunInside(Handle, action);
    }

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public void Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Run(() =>
        {
            action();
            return true;
        });
    }

    /// <summary>Runs a command in the namespace to its end.</summary>
    public ToolResult Exec(params ReadOnlySpan<string> command) => Tool.Run("ip", ["netns", "exec", Name, .. command]);

    /// <summary>Runs 'ip -n NAME …' and throws when it fails.</summary>
    public string Ip(params ReadOnlySpan<string> arguments) => Tool.Run("ip", ["-n", Name, .. arguments]).OrThrow().Output;

    /// <summary>Reads a sysctl inside (see <see cref="Sysctl.Read"/>).</summary>
    public string ReadSysctl(string name) => Run(() => Sysctl.Read(name));

    /// <summary>Reads a sysctl inside; null where there is none.</summary>
    public string? TryReadSysctl(string name) => Run(() => Sysctl.TryRead(name));

    /// <summary>Writes a sysctl inside (see <see cref="Sysctl.Write"/>).</summary>
    public void WriteSysctl(string name, string value) => Run(() => Sysctl.Write(name, value));

    /// <summary>
    /// Forgets what the kernel remembers about former connections: a kept slow-start threshold would make the
    /// second of two equal runs another one.
    /// </summary>
    public void FlushTcpMetrics() => Ip("tcp_metrics", "flush");

    /// <summary>Removes the name; the namespace ends with its last socket, device or process.</summary>
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
            _handle?.Dispose();
            Delete(Name);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Deletes a named namespace if there is one.</summary>
    internal static void Delete(string name)
    {
        if (File.Exists("/run/netns/" + name))
        {
            Tool.Run("ip", "netns", "delete", name).OrThrow();
        }
    }

    /// <summary>Runs something inside the namespace bound at a path, made by whomever.</summary>
    internal static T RunInside<T>(string name, Func<T> action)
    {
        using SafeFileHandle handle = OpenNamespace(name.Contains('/') ? name : "/run/netns/" + name);
        return RunInside(handle, action);
    }

    private static T RunInside<T>(SafeFileHandle handle, Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;

        // A thread that changed its namespace must never return to the pool.
        var thread = new Thread(() =>
        {
            try
            {
                if (Interop.SetNs(handle, Interop.CLONE_NEWNET) != 0)
                {
                    throw new LabException("cannot enter the namespace: " + Marshal.GetLastPInvokeErrorMessage());
                }

                result = action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = "in namespace",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static SafeFileHandle OpenNamespace(string path)
    {
        SafeFileHandle handle = Interop.Open(path, Interop.O_RDONLY | Interop.O_CLOEXEC);
        if (handle.IsInvalid)
        {
            string reason = Marshal.GetLastPInvokeErrorMessage();
            handle.Dispose();
            throw new LabException($"cannot open the namespace {path}: {reason}");
        }

        return handle;
    }

    private static ulong ReadInode(string path) =>
        ulong.Parse(Tool.Run("stat", "-L", "-c", "%i", path).OrThrow().Output, System.Globalization.CultureInfo.InvariantCulture);
}
