namespace BpfTune.LibBpf;

/// <summary>
/// Makes the kernel count run time and runs of all BPF programs for as long as it is held: BPF_ENABLE_STATS, since
/// kernel 5.8. It costs each run some 20 ns, so it is for measuring, not for always.
/// </summary>
public sealed class BpfStatistics : IDisposable
{
    private readonly SafeBpfHandle _handle;

    private BpfStatistics(SafeBpfHandle handle) => _handle = handle;

    /// <summary>Starts the counting.</summary>
    /// <exception cref="BpfException">The kernel is too old, or CAP_SYS_ADMIN is missing.</exception>
    public static BpfStatistics Enable()
    {
        LibBpfRuntime.EnsureLoaded();
        var fd = Interop.bpf_enable_stats(0);
        return fd >= 0
            ? new BpfStatistics(new SafeBpfHandle(fd))
            : throw ErrorText.Make(BpfOperation.SetUp, "BPF statistics", fd);
    }

    /// <summary>Stops the counting, unless someone else keeps it on.</summary>
    public void Dispose() => _handle.Dispose();
}
