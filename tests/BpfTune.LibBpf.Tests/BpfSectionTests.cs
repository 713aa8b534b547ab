namespace BpfTune.LibBpf.Tests;

public sealed class BpfSectionTests
{
    [Theory]
    [InlineData("fentry/tcp_sndbuf_expand", BpfMechanism.Fentry, "tcp_sndbuf_expand")]
    [InlineData("fentry.s/x", BpfMechanism.Fentry, "x")]
    [InlineData("?fentry/x", BpfMechanism.Fentry, "x")]
    [InlineData("fexit/x", BpfMechanism.Fexit, "x")]
    [InlineData("kprobe/fib6_age", BpfMechanism.Kprobe, "fib6_age")]
    [InlineData("kprobe", BpfMechanism.Kprobe, null)]
    [InlineData("kretprobe/x", BpfMechanism.Kretprobe, "x")]
    [InlineData("kprobe.multi/tcp_*", BpfMechanism.KprobeMulti, "tcp_*")]
    [InlineData("tp_btf/tcp_probe", BpfMechanism.TpBtf, "tcp_probe")]
    [InlineData("raw_tp/tcp_probe", BpfMechanism.RawTracepoint, "tcp_probe")]
    [InlineData("raw_tracepoint/tcp_probe", BpfMechanism.RawTracepoint, "tcp_probe")]
    [InlineData("tp/tcp/tcp_probe", BpfMechanism.Tracepoint, "tcp/tcp_probe")]
    [InlineData("tracepoint/tcp/tcp_probe", BpfMechanism.Tracepoint, "tcp/tcp_probe")]
    [InlineData("iter/tcp", BpfMechanism.Iterator, "tcp")]
    [InlineData("lsm/socket_create", BpfMechanism.Lsm, "socket_create")]
    [InlineData("lsm_cgroup/socket_create", BpfMechanism.LsmCgroup, "socket_create")]
    [InlineData("sockops", BpfMechanism.SockOps, null)]
    [InlineData("cgroup/sysctl", BpfMechanism.CgroupSysctl, null)]
    [InlineData("cgroup/sock_create", BpfMechanism.CgroupSockCreate, null)]
    [InlineData("cgroup/sock", BpfMechanism.CgroupSockCreate, null)]
    [InlineData("cgroup/sock_release", BpfMechanism.CgroupSockRelease, null)]
    [InlineData("cgroup/connect4", BpfMechanism.CgroupSockAddr, null)]
    [InlineData("cgroup/getpeername6", BpfMechanism.CgroupSockAddr, null)]
    [InlineData("cgroup/connect_unix", BpfMechanism.CgroupSockAddr, null)]
    [InlineData("cgroup/nonsense4", BpfMechanism.Other, null)]
    [InlineData("cgroup_skb/egress", BpfMechanism.CgroupSkb, null)]
    [InlineData("socket", BpfMechanism.SocketFilter, null)]
    [InlineData("syscall", BpfMechanism.Syscall, null)]
    [InlineData("xdp", BpfMechanism.Xdp, null)]
    [InlineData("fentry/", BpfMechanism.Other, null)]
    [InlineData("my_own_section", BpfMechanism.Other, null)]
    [InlineData("", BpfMechanism.Other, null)]
    public void A_section_says_mechanism_and_target(string name, BpfMechanism mechanism, string? target)
    {
        var section = BpfSection.Parse(name);
        Assert.Equal(mechanism, section.Mechanism);
        Assert.Equal(target, section.Target);
    }

    [Fact]
    public void Another_target_shows_in_the_text()
    {
        var section = BpfSection.Parse("?fentry/one") with { Target = "two" };
        Assert.Equal("fentry/two", section.ToString());
        Assert.Equal("fentry/one", section.Name);
    }
}
