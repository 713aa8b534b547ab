namespace BpfTune.LibBpf;

/// <summary>All BPF programs, maps and links of the system, as bpftool lists them. Needs CAP_SYS_ADMIN.</summary>
public static unsafe class BpfInventory
{
    private delegate int NextId(uint start, uint* next);

    /// <summary>Ids of all loaded programs.</summary>
    /// <exception cref="BpfException">This process may not list them.</exception>
    public static IReadOnlyList<uint> ProgramIds() => List("programs", Interop.bpf_prog_get_next_id);

    /// <summary>Ids of all maps.</summary>
    /// <exception cref="BpfException">This process may not list them.</exception>
    public static IReadOnlyList<uint> MapIds() => List("maps", Interop.bpf_map_get_next_id);

    /// <summary>Ids of all links.</summary>
    /// <exception cref="BpfException">This process may not list them.</exception>
    public static IReadOnlyList<uint> LinkIds() => List("links", Interop.bpf_link_get_next_id);

    /// <summary>What the kernel knows of all loaded programs; those that end meanwhile are left out.</summary>
    /// <exception cref="BpfException">This process may not list them.</exception>
    public static IReadOnlyList<BpfProgramInfo> Programs()
    {
        var all = new List<BpfProgramInfo>();
        foreach (var id in ProgramIds())
        {
            var fd = Interop.bpf_prog_get_fd_by_id(id);
            if (fd == -Errno.ENOENT)
                continue;
            if (fd < 0)
                throw ErrorText.Make(BpfOperation.Inspect, $"program {id}", fd);
            using var handle = new SafeBpfHandle(fd);
            all.Add(BpfProgramInfo.Read(handle));
        }

        return all;
    }

    private static List<uint> List(string what, NextId next)
    {
        LibBpfRuntime.EnsureLoaded();
        var ids = new List<uint>();
        for (uint id = 0; ;)
        {
            var error = next(id, &id);
            if (error == -Errno.ENOENT)
                return ids;
            if (error < 0)
                throw ErrorText.Make(BpfOperation.Inspect, what, error);
            ids.Add(id);
        }
    }
}
