using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace BpfTune.Live.Tests.Namespaces;

/// <summary>Runs something on a thread that ends with it, so that what the thread gives up or takes on ends too.</summary>
internal static unsafe partial class OwnThread
{
    private const int CloneNewNs = 0x20000;
    private const ulong MsReadOnly = 1;
    private const ulong MsRemount = 32;
    private const ulong MsBind = 4096;
    private const ulong MsRecursive = 16384;
    private const ulong MsPrivate = 1 << 18;
    private const uint CapabilityVersion3 = 0x20080522;
    private const int CapSysAdmin = 21;

    internal static void Run(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>With mounts of its own, which nobody else sees and which end with the thread.</summary>
    internal static void WithPrivateMounts(Action action) => Run(() =>
    {
        Check(Unshare(CloneNewNs), "unshare");
        Check(Mount("none", "/", null, MsRecursive | MsPrivate, null), "mount --make-rprivate /");
        action();
    });

    /// <summary>Without CAP_SYS_ADMIN.</summary>
    internal static void WithoutSysAdmin(Action action) => Run(() =>
    {
        var header = stackalloc uint[2] { CapabilityVersion3, 0 };
        var sets = stackalloc uint[6];
        Check(CapGet(header, sets), "capget");
        sets[0] &= ~(1u << CapSysAdmin);
        Check(CapSet(header, sets), "capset");
        action();
    });

    /// <summary>Mounts what is at one path at another, too.</summary>
    internal static void Bind(string source, string target) =>
        Check(Mount(source, target, null, MsBind, null), $"bind {source} to {target}");

    /// <summary>Makes a directory read-only to this thread's mounts.</summary>
    internal static void MakeReadOnly(string path)
    {
        Bind(path, path);
        Check(Mount("none", path, null, MsBind | MsRemount | MsReadOnly, null), $"remount {path}");
    }

    /// <summary>Mounts a tmpfs of so many bytes.</summary>
    internal static void MountSmall(string path, int bytes) =>
        Check(Mount("none", path, "tmpfs", 0, $"size={bytes}"), $"mount {path}");

    private static void Check(int result, string what) =>
        Assert.True(result == 0, $"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, ulong flags, string? data);

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int CapGet(uint* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int CapSet(uint* header, uint* sets);
}
