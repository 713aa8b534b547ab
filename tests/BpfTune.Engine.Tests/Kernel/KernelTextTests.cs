using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;

namespace BpfTune.Engine.Tests.Kernel;

public sealed class KernelTextTests
{
    [Fact]
    public void AKernelWithEverythingHasNothingToSay()
    {
        Assert.Empty(TestKernel.Make().Critical);
        Assert.Empty(TestKernel.Make().Limitations);
    }

    [Fact]
    public void WithoutPrivilegeThatIsTheOnlyThingSaid()
    {
        var kernel = TestKernel.Make() with
        {
            Process = new ProcessCapabilities(0),
            ProcSysProblem = "this process may not write below /proc/sys: run bpftune as root",
            Features = TestKernel.Features(new ProbeResult(ProbeAnswer.No, "the kernel refuses it (EPERM)")),
        };
        Assert.Equal(
            ["the capabilities CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are missing: run bpftune as root, or grant them"], kernel.Critical);
    }

    [Fact]
    public void EachRootCauseIsASentence()
    {
        var kernel = TestKernel.Make() with
        {
            LibBpfProblem = null,
            ProcSysProblem = ProcSys.Problem(LibBpf.Errno.EROFS),
            Features = TestKernel.Features() with
            {
                RingBuffer = new ProbeResult(ProbeAnswer.No, "this kernel does not have it (EINVAL)"),
                VmlinuxBtf = new ProbeResult(ProbeAnswer.No, "this kernel has no BTF"),
            },
        };
        Assert.Equal(
            [
                "/proc/sys is mounted read-only, as in an unprivileged container: nothing can be tuned",
                "this kernel has no BPF ring buffer (Linux 5.8 or newer is needed): this kernel does not have it (EINVAL)",
                "this kernel has no BTF: the BPF programs need /sys/kernel/btf/vmlinux (a kernel built with CONFIG_DEBUG_INFO_BTF=y)",
            ],
            kernel.Critical);
    }

    [Fact]
    public void TooFewFilesKeepItFromWorking()
    {
        var problem = ProcessLimits.WhyTooFewFiles("Max open files            128                  524288               files     \n");
        Assert.Equal(
            "this process may open 128 files only, and the daemon needs 320 or more: raise the limit (ulimit -n, or LimitNOFILE= in a unit)", problem);
        Assert.Equal([problem!], (TestKernel.Make() with { FilesProblem = problem }).Critical);
    }

    [Theory]
    [InlineData("Max open files            320                  320                  files     \n")]
    [InlineData("Max open files            unlimited            unlimited            files     \n")]
    [InlineData("Max processes             16                   16                   processes \n")]
    [InlineData(null)]
    public void EnoughFilesOrNobodyKnows(string? limits) => Assert.Null(ProcessLimits.WhyTooFewFiles(limits));

    [Theory]
    [InlineData("integrity", 0)]
    [InlineData("none", 0)]
    [InlineData("confidentiality", 1)]
    public void LockdownIsNamedWhereItCostsSomething(string level, int sentences)
    {
        var limitations = (TestKernel.Make() with { Lockdown = level }).Limitations;
        Assert.Equal(sentences, limitations.Length);
        Assert.All(limitations, l => Assert.StartsWith("lockdown is confidentiality: ", l, StringComparison.Ordinal));
    }

    [Fact]
    public void FunctionsThatAreNotTracedAreALimitationAndRuleTheirMechanismsOut()
    {
        var reason = (string?)"kernel.ftrace_enabled is 0, and such a program would never run";
        var kernel = TestKernel.Make() with { WhyFunctionsAreNotTraced = () => reason };
        Assert.StartsWith("hooks do without fentry", Assert.Single(kernel.Limitations), StringComparison.Ordinal);
        Assert.Equal(reason, kernel.WhyNot(BpfMechanism.Fentry));
        Assert.Equal(reason, kernel.WhyNot(BpfMechanism.Fexit));
        Assert.Null(kernel.WhyNot(BpfMechanism.TpBtf));
        Assert.Null(kernel.WhyNot(BpfMechanism.RawTracepoint));
        Assert.Null(kernel.WhyNot(BpfMechanism.SockOps));

        // An administrator turns it on again: it is asked anew.
        reason = null;
        Assert.Null(kernel.WhyNot(BpfMechanism.Fentry));
    }

    [Fact]
    public void LockedMemoryIsALimitationOnlyWhereThereIsALimit()
    {
        var old = TestKernel.Make() with
        {
            Kernel = new BpfTune.Sdk.KernelFacts("5.10.0", new Version(5, 10)),
            Process = new ProcessCapabilities(ulong.MaxValue & ~(1UL << (int)Capability.SysResource)),
        };
        Assert.Contains("CAP_SYS_RESOURCE", Assert.Single(old.Limitations), StringComparison.Ordinal);
        Assert.Empty((old with { IsLockedMemoryLimited = false }).Limitations);
    }

    [Fact]
    public void WithoutLibbpfThatIsSaid()
    {
        var kernel = TestKernel.Make() with { Features = null, LibBpfProblem = "libbpf.so.1 cannot be loaded: install libbpf1" };
        Assert.Equal(["libbpf.so.1 cannot be loaded: install libbpf1"], kernel.Critical);
        Assert.Equal("libbpf.so.1 cannot be loaded: install libbpf1", kernel.WhyNot(BpfMechanism.SockOps));
    }

    [Fact]
    public void OnlyACertainNoRulesAMechanismOut()
    {
        var kernel = TestKernel.Make() with
        {
            Features = TestKernel.Features() with
            {
                Fentry = new ProbeResult(ProbeAnswer.No, "the kernel refuses it (EPERM), lockdown is integrity", LibBpf.Errno.EPERM),
                Kprobe = new ProbeResult(ProbeAnswer.Inconclusive, "this process lacks CAP_PERFMON", LibBpf.Errno.EPERM),
            },
        };
        Assert.Equal("the kernel refuses it (EPERM), lockdown is integrity", kernel.WhyNot(BpfMechanism.Fentry));
        Assert.Equal("the kernel refuses it (EPERM), lockdown is integrity", kernel.WhyNot(BpfMechanism.Fexit));
        Assert.Null(kernel.WhyNot(BpfMechanism.Kprobe));
        Assert.Null(kernel.WhyNot(BpfMechanism.TpBtf));
        Assert.Null(kernel.WhyNot(BpfMechanism.Iterator));
    }

    [Theory]
    [InlineData(LibBpf.Errno.EROFS, "/proc/sys is mounted read-only, as in an unprivileged container: nothing can be tuned")]
    [InlineData(LibBpf.Errno.EACCES, "this process may not write below /proc/sys: run bpftune as root")]
    [InlineData(LibBpf.Errno.EPERM, "this process may not write below /proc/sys: run bpftune as root")]
    [InlineData(LibBpf.Errno.ENOENT, "/proc/sys/net/ipv4 is not there: /proc is not mounted, or this kernel has no IPv4")]
    [InlineData(LibBpf.Errno.EMFILE, "/proc/sys cannot be written: too many open files in this process (EMFILE)")]
    public void ProcSysProblems(int errno, string text) => Assert.Equal(text, ProcSys.Problem(errno));

    [Fact]
    public void AFileThatIsNotThereCannotBeWritten() => Assert.Equal(ProcSys.Problem(LibBpf.Errno.ENOENT), ProcSys.WhyNotWritable("/proc/sys/net/no_such_thing"));

    [Theory]
    [InlineData("6.18.44-fc-v669\n", "6.18.44-fc-v669", 6, 18)]
    [InlineData("5.10.0-28-cloud-amd64", "5.10.0-28-cloud-amd64", 5, 10)]
    [InlineData("7.2-rc1", "7.2-rc1", 7, 2)]
    [InlineData("6.1", "6.1", 6, 1)]
    [InlineData("6", "6", 0, 0)]
    [InlineData("x", "x", 0, 0)]
    [InlineData("", "", 0, 0)]
    [InlineData("6.99999999999", "6.99999999999", 0, 0)]
    public void ReleasesAreRead(string text, string release, int major, int minor)
    {
        var facts = KernelRelease.Parse(text);
        Assert.Equal(release, facts.Release);
        Assert.Equal(new Version(major, minor), facts.Version);
    }
}
