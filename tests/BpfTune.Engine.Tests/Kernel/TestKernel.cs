using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Kernel;

/// <summary>A kernel as a test wants it.</summary>
internal static class TestKernel
{
    internal static KernelCapabilities Make() => new(
        new KernelFacts("6.12.0", new Version(6, 12)), Features(), new ProcessCapabilities(ulong.MaxValue), "none", null, null);

    internal static BpfFeatures Features(ProbeResult? all = null)
    {
        var result = all ?? new ProbeResult(ProbeAnswer.Yes, "tried");
        return new BpfFeatures
        {
            RingBuffer = result,
            VmlinuxBtf = result,
            Fentry = result,
            Kprobe = result,
            TpBtf = result,
            RawTracepoint = result,
            SockOps = result,
            CgroupSysctl = result,
            CgroupSockCreate = result,
            NetnsCookie = result,
            NetnsCookieInSockOps = result,
            SyscallPrograms = result,
        };
    }
}
