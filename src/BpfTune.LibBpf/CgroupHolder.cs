using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.LibBpf;

/// <summary>
/// Who keeps others from a cgroup's place. A program that was attached without BPF_F_ALLOW_MULTI has it alone, there and,
/// unless it may be overridden, in all cgroups below (hierarchy_allows_attach() of kernel/bpf/cgroup.c).
/// </summary>
internal static unsafe class CgroupHolder
{
    private const uint AllowOverride = 1; // BPF_F_ALLOW_OVERRIDE
    private const uint AllowMulti = 2; // BPF_F_ALLOW_MULTI
    private const int DeepestCgroup = 256;
    private const int MostPrograms = 64; // BPF_CGROUP_MAX_PROGS

    /// <summary>The holder in a sentence without a full stop; null when there is none, or the kernel does not say.</summary>
    internal static string? Find(SafeFileHandle cgroup, BpfMechanism mechanism)
    {
        // enum bpf_attach_type of linux/bpf.h.
        int? type = mechanism switch
        {
            BpfMechanism.CgroupSockCreate => 2,
            BpfMechanism.SockOps => 3,
            BpfMechanism.CgroupSysctl => 18,
            _ => null,
        };
        if (type is null)
            return null;
        var fd = Interop.fcntl((int)cgroup.DangerousGetHandle(), Interop.DuplicateCloseOnExec, 3);
        var ids = stackalloc uint[MostPrograms];
        for (var level = 0; fd >= 0 && level < DeepestCgroup; level++)
        {
            using var at = new SafeFileHandle(fd, ownsHandle: true);
            uint flags;
            var count = (uint)MostPrograms;
            // Above the root of the hierarchy there is no cgroup, and the kernel refuses to answer.
            if (Interop.bpf_prog_query(fd, type.Value, 0, &flags, ids, &count) < 0)
                return null;
            if (count > 0 && (flags & (level == 0 ? AllowMulti : AllowMulti | AllowOverride)) == 0)
                return $"{Name(ids[0])} holds the cgroup's hook exclusively (it was attached without BPF_F_ALLOW_MULTI){(level == 0 ? "" : ", in a cgroup above")}";
            fd = Interop.openat(fd, "..", Interop.OpenReadOnly | Interop.OpenDirectory | Interop.OpenCloseOnExec);
        }

        return null;
    }

    private static string Name(uint id)
    {
        var program = string.Create(CultureInfo.InvariantCulture, $"the BPF program with id {id}");
        var fd = Interop.bpf_prog_get_fd_by_id(id);
        if (fd < 0)
            return program;
        using var handle = new SafeBpfHandle(fd);
        try
        {
            var name = BpfProgramInfo.Read(handle).Name;
            return name.Length == 0 ? program : $"the BPF program {name} (id {id})";
        }
        catch (BpfException)
        {
            return program;
        }
    }
}
