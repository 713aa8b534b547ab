using BpfTune.Sdk;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop.Namespaces;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Asks the kernel whose a network namespace is (ioctl_ns(2)). No process is asked: those that are in a namespace need
/// not be its owner's. bpftune_owner() in bpf/include/bpftune/events.h comes to the same answer.
/// </summary>
internal static unsafe class NamespaceOwnership
{
    /// <summary>PROC_USER_INIT_INO of include/linux/proc_ns.h: the first user namespace.</summary>
    private const uint FirstInode = 0xEFFFFFFD;

    /// <summary>The kernel nests user namespaces no deeper (kernel/user_namespace.c).</summary>
    private const int MostLevels = 33;

    /// <summary>
    /// The daemon's own user namespace: the first one as a rule. In another one its administrator is master of that, and
    /// what lies below it is a tenant's to him.
    /// </summary>
    private static readonly uint? HomeInode = NamespaceFile.InodeOf("/proc/self/ns/user");

    /// <summary>Whether the daemon is in the first user namespace, which is above all others.</summary>
    internal static bool IsHomeFirst => HomeInode == FirstInode;

    /// <summary>The owner; where the kernel does not tell, somebody unknown, and so nobody whose word moves the machine.</summary>
    /// <param name="networkNamespace">Its open file.</param>
    internal static NamespaceOwner Of(SafeFileHandle networkNamespace)
    {
        var user = Ask(networkNamespace, GetUserNamespace);
        try
        {
            if (user.IsInvalid)
                return NamespaceOwner.Unknown;
            if (IsHome(user))
                return NamespaceOwner.Machine;
            for (var level = 0; level < MostLevels; level++)
            {
                var parent = Ask(user, GetParent);
                if (parent.IsInvalid || IsHome(parent))
                {
                    parent.Dispose();
                    break;
                }

                user.Dispose();
                user = parent;
            }

            uint maker;
            return Ioctl(user, GetOwnerUser, &maker) == 0 && NamespaceFile.InodeOf(user) is { } inode
                ? NamespaceOwner.Tenant(maker, inode)
                : NamespaceOwner.Unknown;
        }
        finally
        {
            user.Dispose();
        }
    }

    private static SafeFileHandle Ask(SafeFileHandle file, nuint request) => new(Ioctl(file, request, null), ownsHandle: true);

    private static bool IsHome(SafeFileHandle user) =>
        NamespaceFile.InodeOf(user) is { } inode && (inode == FirstInode || inode == HomeInode);
}
