using BpfTune.CommandLine;
using BpfTune.LibBpf;

namespace BpfTune.Cli.Tests.CommandLine;

public sealed class SupportTextTests
{
    private const string Cookie = "bpftune supports per-netns policy (via netns cookie)";
    private const string Inode = "bpftune supports per-netns policy (via netns inode; this kernel has no netns cookie)";

    [Theory]
    [InlineData(true, true, true, false, "bpftune works fully", Cookie)]
    [InlineData(false, true, true, false, "bpftune works fully", Cookie)]
    [InlineData(true, false, true, false, "bpftune works fully", Cookie)]
    [InlineData(false, false, true, false, "bpftune works in legacy mode", Cookie)]
    [InlineData(true, true, true, true, "bpftune works in legacy mode", Cookie)]
    [InlineData(true, true, false, false, "bpftune works fully", Inode)]
    public void The_two_lines(bool fentry, bool typedTracepoints, bool cookie, bool legacy, string first, string second) =>
        Assert.Equal([first, second], SupportText.Lines([], Features(fentry, typedTracepoints, cookie), legacy));

    [Fact]
    public void What_keeps_it_from_working_is_the_only_line() => Assert.Equal(
        ["bpftune is not supported: the capability CAP_BPF is missing"],
        SupportText.Lines(["the capability CAP_BPF is missing", "more"], null, legacy: false));

    private static BpfFeatures Features(bool fentry, bool typedTracepoints, bool cookie)
    {
        var no = new ProbeResult(ProbeAnswer.No, "no");
        var yes = new ProbeResult(ProbeAnswer.Yes, "yes");
        return new BpfFeatures
        {
            RingBuffer = yes,
            VmlinuxBtf = yes,
            Fentry = fentry ? yes : no,
            Kprobe = no,
            TpBtf = typedTracepoints ? yes : no,
            RawTracepoint = yes,
            SockOps = yes,
            CgroupSysctl = yes,
            CgroupSockCreate = yes,
            NetnsCookie = cookie ? yes : no,
            NetnsCookieInSockOps = no,
            SyscallPrograms = no,
        };
    }
}
