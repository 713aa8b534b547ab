using System.Globalization;
using System.Runtime.InteropServices;
using BpfTune.Engine.Kernel;
using BpfTune.Sdk;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop.Namespaces;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Leads to a namespace by its cookie and inode alone, whatever holds it (a mount in another mount namespace, a
/// descriptor, a socket), and so proves that one has ended. The kernel can do that since Linux 6.18 (nsfs file handles;
/// the identifier in them is the cookie); before, what cannot be found may be there all the same.
/// </summary>
internal static unsafe class NamespaceHandle
{
    private const string Prefix = "nsfs:";

    private static readonly Lazy<bool> s_isProof = new(FindsWhatOnlyASocketHolds);

    /// <summary>What stands for a path to a namespace that no path leads to.</summary>
    internal static string PathOf(NamespaceId id) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id.Cookie}:{id.Inode}");

    /// <summary>Reads <see cref="PathOf"/>.</summary>
    internal static bool TryParse(string path, out NamespaceId id)
    {
        id = default;
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || path.Split(':') is not [_, var cookie, var inode]
            || !ulong.TryParse(cookie, NumberStyles.None, CultureInfo.InvariantCulture, out var c)
            || !uint.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out var i))
        {
            return false;
        }

        id = new NamespaceId(i, c);
        return true;
    }

    /// <summary>Opens the namespace; an invalid handle, with errno, when that cannot be done.</summary>
    internal static SafeFileHandle Open(NamespaceId id)
    {
        var handle = new NamespaceFileHandle
        {
            Bytes = sizeof(ulong) + (2 * sizeof(uint)), Type = NsfsHandle, Id = id.Cookie, Kind = CloneNewNet, Inode = id.Inode,
        };
        return new SafeFileHandle(OpenByHandle(NsfsRoot, &handle, OpenReadOnly | OpenCloseOnExec), ownsHandle: true);
    }

    /// <summary>Whether it is there; false means nothing on kernels without such handles.</summary>
    internal static bool Exists(NamespaceId id)
    {
        if (id.Cookie == 0)
            return false;
        using var file = Open(id);
        return !file.IsInvalid && NamespaceFile.InodeOf(file) == id.Inode;
    }

    /// <summary>Whether it has certainly ended. Costs a few system calls, and at the first call a short-lived namespace.</summary>
    internal static bool HasEnded(NamespaceId id)
    {
        if (id.Cookie == 0)
            return false;
        using var file = Open(id);
        var errno = file.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        return errno == Errno.ESTALE && s_isProof.Value && MayOpenAll();
    }

    /// <summary>
    /// The kernel calls stale, too, what the caller may not open for want of CAP_SYS_ADMIN over its owner
    /// (do_handle_to_path() of fs/fhandle.c). Who has it over the first user namespace has it over all.
    /// </summary>
    private static bool MayOpenAll()
    {
        try
        {
            return NamespaceOwnership.IsHomeFirst
                && ProcessCapabilities.Parse(File.ReadAllText("/proc/thread-self/status")).Has(Capability.SysAdmin);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then nothing is proven.
            return false;
        }
    }

    /// <summary>
    /// 'Stale' is a proof only if what is hardest to find is found: a namespace that nothing but a socket holds. That is
    /// tried out, since a kernel may come to leave such ones out.
    /// </summary>
    private static bool FindsWhatOnlyASocketHolds()
    {
        var found = false;
        // A thread of its own, which ends in the namespace that it made.
        var thread = new Thread(() =>
        {
            using var home = Interop.Namespaces.Open(NamespaceFile.OwnPath, OpenReadOnly | OpenCloseOnExec);
            if (home.IsInvalid || Unshare(CloneNewNet) != 0)
                return;
            using var socket = Socket(AfUnix, SockDgram | SockCloseOnExec, 0);
            var id = new NamespaceId(NamespaceFile.InodeOf(NamespaceFile.OwnPath) ?? 0, NamespaceFile.ReadOwnCookie());
            if (SetNs(home, CloneNewNet) == 0)
                found = !socket.IsInvalid && Exists(id);
        });
        thread.Start();
        thread.Join();
        return found;
    }
}
