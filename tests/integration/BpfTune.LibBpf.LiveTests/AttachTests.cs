namespace BpfTune.LibBpf.LiveTests;

public sealed class AttachTests
{
    [Theory]
    [InlineData("live_raw")]
    [InlineData("live_typed")]
    public void A_tracepoint_program_sees_what_happens_until_its_link_is_disposed_of(string program)
    {
        using var loaded = Live.OpenLive(program).Load();
        var link = loaded.Program(program).Attach();
        Assert.True(link.IsAttached);
        var id = link.Id!.Value;
        Assert.Contains(id, BpfInventory.LinkIds());

        Fork();
        var seen = loaded.GetVariable<uint>("forks_seen");
        Assert.True(seen > 0);

        link.Dispose();
        link.Dispose();
        Assert.False(link.IsAttached);
        Assert.True(Eventually.Holds(() => !BpfInventory.LinkIds().Contains(id)), "the link is still there");
        seen = loaded.GetVariable<uint>("forks_seen");
        Fork();
        Assert.Equal(seen, loaded.GetVariable<uint>("forks_seen"));
    }

    [Fact]
    public void A_raw_tracepoint_can_be_chosen_at_run_time()
    {
        using var loaded = Live.OpenLive("live_raw").Load();
        using var link = loaded.Program("live_raw").AttachRawTracepoint("sched_process_exit");
        Assert.Equal("sched_process_exit", link.Section.Target);
        Fork();
        Assert.True(loaded.GetVariable<uint>("forks_seen") > 0);
    }

    [Fact]
    public void A_link_holds_its_program_without_the_object()
    {
        var loaded = Live.OpenLive("live_raw").Load();
        var program = loaded.Program("live_raw").GetInfo().Id;
        var link = loaded.Program("live_raw").Attach();
        loaded.Dispose();
        Assert.Contains(program, BpfInventory.ProgramIds());
        link.Dispose();
        Assert.True(Eventually.Holds(() => !BpfInventory.ProgramIds().Contains(program)), "the program is still there");
    }

    [Theory]
    [InlineData("live_sock_ops", "sock_ops_seen", "exec 3<>/dev/tcp/127.0.0.1/PORT")]
    [InlineData("live_sock_create", "sockets_seen", "exec 3<>/dev/udp/127.0.0.1/9")]
    [InlineData("live_sysctl", "sysctl_seen", "cat /proc/sys/net/ipv4/tcp_rmem > /dev/null")]
    public void A_cgroup_program_sees_its_cgroup_and_no_other(string program, string counter, string command)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        command = command.Replace("PORT", $"{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}", StringComparison.Ordinal);

        using var loaded = Live.OpenLive(program).Load();
        using var cgroup = new TestCgroup();
        using var elsewhere = new TestCgroup();
        var link = loaded.Program(program).AttachCgroup(cgroup.Handle);

        elsewhere.Run(command);
        Assert.Equal(0u, loaded.GetVariable<uint>(counter));
        cgroup.Run(command);
        var seen = loaded.GetVariable<uint>(counter);
        Assert.True(seen > 0, "nothing was seen");

        link.Dispose();
        cgroup.Run(command);
        Assert.Equal(seen, loaded.GetVariable<uint>(counter));
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, ", in a cgroup above")]
    public void Who_holds_a_place_exclusively_is_named(bool below, string where)
    {
        const int AttachSockOps = 3; // BPF_CGROUP_SOCK_OPS
        using var loaded = Live.OpenLive("live_sock_ops").Load();
        using var cgroup = new TestCgroup();
        var program = loaded.Program("live_sock_ops");
        var (fd, at) = ((int)program.Fd.DangerousGetHandle(), (int)cgroup.Handle.DangerousGetHandle());
        Assert.Equal(0, Native.bpf_prog_attach(fd, at, AttachSockOps, flags: 0));
        var deeper = Directory.CreateDirectory(cgroup.Path + "/below").FullName;
        try
        {
            using var place = below ? CgroupDirectory.Open(deeper) : CgroupDirectory.Open(cgroup.Path);
            var e = Assert.Throws<BpfException>(() => program.AttachCgroup(place));
            Assert.Equal(
                $"the BPF program live_sock_ops (id {program.GetInfo().Id}) holds the cgroup's hook exclusively (it was attached without BPF_F_ALLOW_MULTI){where}",
                e.Reason);
        }
        finally
        {
            Directory.Delete(deeper);
            Assert.Equal(0, Native.bpf_prog_detach2(fd, at, AttachSockOps));
        }
    }

    [Fact]
    public void A_directory_that_is_no_cgroup_is_refused()
    {
        using var loaded = Live.OpenLive("live_sock_ops").Load();
        using var directory = CgroupDirectory.Open("/tmp");
        var e = Assert.Throws<BpfException>(() => loaded.Program("live_sock_ops").AttachCgroup(directory));
        Assert.Equal("live: cannot attach program live_sock_ops (sockops): there is no such cgroup (EBADF)", e.Message);
        Assert.Equal(BpfMechanism.SockOps, e.Mechanism);
    }

    [Fact]
    public void A_cgroup_that_is_not_there_is_said()
    {
        var e = Assert.Throws<BpfException>(() => CgroupDirectory.Open("/sys/fs/cgroup/no_such_cgroup_at_all"));
        Assert.Equal("cannot open cgroup /sys/fs/cgroup/no_such_cgroup_at_all: not found (ENOENT)", e.Message);
    }

    [Fact]
    public void A_missing_raw_tracepoint_is_said_at_attach()
    {
        using var loaded = Live.OpenBroken("missing_raw_tp").Load();
        var e = Assert.Throws<BpfException>(() => loaded.Program("missing_raw_tp").Attach());
        Assert.Equal(
            "broken: cannot attach program missing_raw_tp (raw_tp/no_such_tracepoint): "
            + "kernel has no tracepoint no_such_tracepoint to trace (ENOENT)",
            e.Message);
    }

    [Theory]
    [InlineData(KprobeMode.Default)]
    [InlineData(KprobeMode.Link)]
    [InlineData(KprobeMode.Perf)]
    [InlineData(KprobeMode.Legacy)]
    public void A_kprobe_on_a_missing_function_is_said_at_attach(KprobeMode mode)
    {
        using var loaded = Live.OpenBroken("missing_kprobe").Load();
        var e = Assert.Throws<BpfException>(() => loaded.Program("missing_kprobe").AttachKprobe("no_such_function", false, mode));
        if (!KprobeEvent.IsPossible(mode))
        {
            Assert.Equal(
                $"broken: cannot attach program missing_kprobe (kprobe/no_such_function): {KprobeEvent.WhyImpossible(mode)} (EOPNOTSUPP)",
                e.Message);
            return;
        }

        Assert.StartsWith(
            "broken: cannot attach program missing_kprobe (kprobe/no_such_function): kernel has no function no_such_function to trace",
            e.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KprobeMode.Default, false)]
    [InlineData(KprobeMode.Link, false)]
    [InlineData(KprobeMode.Link, true)]
    [InlineData(KprobeMode.Perf, false)]
    [InlineData(KprobeMode.Perf, true)]
    [InlineData(KprobeMode.Legacy, false)]
    [InlineData(KprobeMode.Legacy, true)]
    public void A_kprobe_runs_in_every_mode_the_kernel_has(KprobeMode mode, bool onReturn)
    {
        using var loaded = Live.OpenBroken("missing_kprobe").Load();
        if (!KprobeEvent.IsPossible(mode))
            Assert.Skip($"{mode}: {KprobeEvent.WhyImpossible(mode)}");

        var program = loaded.Program("missing_kprobe");
        if (mode == KprobeMode.Link && Live.Kernel < new Version(5, 15))
        {
            var e = Assert.Throws<BpfException>(() => program.AttachKprobe("tcp_init_sock", onReturn, mode));
            Assert.Equal("this kernel ties no BPF link to a kprobe, as 5.15 and later do", e.Reason);
            return;
        }

        using var statistics = BpfStatistics.Enable();
        var link = program.AttachKprobe("tcp_init_sock", onReturn, mode);
        OpenSocket();
        var runs = program.GetInfo().RunCount;
        Assert.True(runs > 0);
        link.Dispose();
        runs = program.GetInfo().RunCount;
        OpenSocket();
        Assert.Equal(runs, program.GetInfo().RunCount);

        static void OpenSocket() => new System.Net.Sockets.TcpClient().Dispose();
    }

    private static void Fork()
    {
        using var process = System.Diagnostics.Process.Start("/bin/true");
        process.WaitForExit();
    }
}
