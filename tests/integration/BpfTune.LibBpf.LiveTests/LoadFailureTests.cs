namespace BpfTune.LibBpf.LiveTests;

public sealed class LoadFailureTests
{
    [Theory]
    [InlineData("missing_fentry", BpfMechanism.Fentry, "kernel has no function no_such_function to trace")]
    [InlineData("missing_tp_btf", BpfMechanism.TpBtf, "kernel has no tracepoint no_such_tracepoint to trace")]
    [InlineData("missing_iterator", BpfMechanism.Iterator, "kernel has no iterator over no_such_iterator")]
    [InlineData("missing_lsm", BpfMechanism.Lsm, "kernel has no LSM hook no_such_hook")]
    public void A_missing_target_is_said_in_words_with_the_programs_name(
        string program, BpfMechanism mechanism, string reason)
    {
        var opened = Live.OpenBroken(program);
        var section = opened.Program(program).Section;
        var e = Assert.Throws<BpfException>(opened.Load);
        Assert.Equal($"broken: cannot load program {program} ({section}): {reason} (ESRCH)", e.Message);
        Assert.Equal((program, mechanism, reason), (e.ProgramName, e.Mechanism, e.Reason));
        Assert.Equal(section.Target, e.Target);
        Assert.Null(e.LastVerifierLine);
        Assert.Contains(program, e.FullLog, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rejected_program_comes_with_the_verifiers_last_word()
    {
        var opened = Live.OpenBroken("rejected");
        var e = Assert.Throws<BpfException>(opened.Load);
        Assert.Equal("rejected", e.ProgramName);
        Assert.Equal("invalid bpf_context access off=4096 size=4", e.LastVerifierLine);
        Assert.Equal(
            "broken: cannot load program rejected (socket): the kernel's verifier rejects it (EACCES); "
            + "verifier: invalid bpf_context access off=4096 size=4",
            e.Message);
        Assert.Contains("BEGIN PROG LOAD LOG", e.FullLog, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_the_kernel_lacks_is_named()
    {
        var opened = Live.OpenBroken("missing_member");
        var e = Assert.Throws<BpfException>(opened.Load);
        Assert.Equal("missing_member", e.ProgramName);
        Assert.Equal("this kernel lacks a type or member that it uses", e.Reason);
        Assert.Contains("struct net.no_such_member", e.LastVerifierLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Fentry_where_it_is_refused_says_who_refuses_it()
    {
        Live.Require();
        var fentry = BpfFeatures.Probe().Fentry;
        if (fentry.IsYes)
            Assert.Skip("this kernel has fentry");
        var opened = Live.OpenBroken("present_fentry");
        var e = Assert.Throws<BpfException>(opened.Load);
        Assert.Equal("present_fentry", e.ProgramName);
        Assert.Equal(BpfMechanism.Fentry, e.Mechanism);
        Assert.DoesNotContain("no function", e.Message, StringComparison.Ordinal);
        Assert.Equal(fentry.Errno, e.Errno);
        if (KernelSecurity.LockdownLevel() is { } level and not "none" && e.Errno == Errno.EPERM)
            Assert.Equal($"the kernel refuses it: lockdown is {level}", e.Reason);
    }

    [Fact]
    public void The_rest_loads_when_the_failed_program_is_left_out()
    {
        string[] bad = ["rejected", "missing_fentry", "missing_tp_btf", "missing_member"];
        var left = new List<string>(bad);
        for (var attempt = 0; ; attempt++)
        {
            Assert.True(attempt <= bad.Length, "one round for each program that fails");
            using var opened = Live.Open("broken");
            foreach (var name in left)
                opened.Program(name).AutoLoad = true;
            try
            {
                using var loaded = opened.Load();
                Assert.Empty(left);
                Assert.Equal("good", Assert.Single(loaded.Programs).Name);
                return;
            }
            catch (BpfException e)
            {
                Assert.True(left.Remove(e.ProgramName!), e.Message);
            }
        }
    }

    [Fact]
    public void A_map_that_cannot_be_created_is_named()
    {
        var opened = Live.Open("broken");
        opened.Map("broken_map").MaxEntries = 0;
        var e = Assert.Throws<BpfException>(opened.Load);
        Assert.Null(e.ProgramName);
        Assert.Equal(("broken_map", "EINVAL"), (e.MapName, e.ErrnoName));
    }

    [Fact]
    public void A_target_can_be_changed_and_a_missing_one_is_said_at_once()
    {
        using var opened = Live.OpenBroken("missing_tp_btf");
        var program = opened.Program("missing_tp_btf");
        var e = Assert.Throws<BpfException>(() => program.SetAttachTarget("not_there_either"));
        Assert.Equal("kernel has no tracepoint not_there_either to trace", e.Reason);
        Assert.Equal("no_such_tracepoint", program.Section.Target);

        program.SetAttachTarget("sched_process_fork");
        using var loaded = opened.Load();
        Assert.Equal("tp_btf/sched_process_fork", loaded.Program("missing_tp_btf").Section.ToString());
        using var link = loaded.Program("missing_tp_btf").Attach();
        Assert.True(link.IsAttached);
    }

    [Fact]
    public void A_failed_load_leaves_nothing_behind_and_uses_the_object_up()
    {
        Live.Require();
        var before = BpfInventory.MapIds();
        var opened = Live.OpenBroken("rejected");
        Assert.Throws<BpfException>(opened.Load);
        Assert.Throws<ObjectDisposedException>(opened.Load);
        opened.Dispose();
        Assert.True(Eventually.Holds(() => !BpfInventory.MapIds().Except(before).Any()), "a map is still there");
    }
}
