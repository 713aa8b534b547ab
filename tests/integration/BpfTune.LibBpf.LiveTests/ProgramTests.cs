namespace BpfTune.LibBpf.LiveTests;

public sealed class ProgramTests
{
    // A socket filter sees a packet without its Ethernet header of 14 bytes.
    private const uint Seen = 50;

    private static readonly byte[] s_packet = new byte[64];

    [Fact]
    public void A_test_run_gives_back_result_packet_and_time()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var packet = s_packet.ToArray();
        packet[20] = 42;
        var back = new byte[64];
        var result = loaded.Program("live_classify").TestRun(packet, dataOut: back, repeat: 1000);
        Assert.Equal(Seen, result.ReturnValue);
        Assert.Equal(64, result.DataLength);
        Assert.Equal(packet, back);
        Assert.InRange(result.DurationNanoseconds, 1u, 1_000_000u);
        Assert.Equal(1000ul, loaded.GetVariable<ulong>("total"));
    }

    [Fact]
    public void A_syscall_program_gives_its_context_back_and_leaves_the_callers_alone()
    {
        Live.Require();
        Live.RequireFeature(BpfFeatures.Probe().SyscallPrograms, "syscall programs");
        using var loaded = Live.OpenLive("live_call").Load();
        ReadOnlySpan<byte> context = [21, 0, 0, 0, 0, 0, 0, 0];
        Span<byte> back = stackalloc byte[8];
        var result = loaded.Program("live_call").TestRun(context: context, contextOut: back);
        Assert.Equal((7u, 8), (result.ReturnValue, result.ContextLength));
        Assert.Equal<byte>([21, 0, 0, 0, 42, 0, 0, 0], back.ToArray());
        Assert.Equal(0, context[4]);
        Assert.Throws<ArgumentException>(() => loaded.Program("live_call").TestRun(s_packet));
    }

    [Fact]
    public void A_type_that_cannot_be_test_run_is_said()
    {
        using var loaded = Live.OpenLive("live_sysctl").Load();
        var e = Assert.Throws<BpfException>(() => loaded.Program("live_sysctl").TestRun(s_packet));
        Assert.Equal("this kernel cannot test-run a program of its type", e.Reason);
        Assert.Equal("live_sysctl", e.ProgramName);
    }

    [Fact]
    public void Only_the_chosen_programs_are_loaded()
    {
        using var loaded = Live.OpenLive("live_classify", "live_sysctl").Load();
        Assert.Equal(["live_classify", "live_sysctl"], loaded.Programs.Select(p => p.Name).Order());
        Assert.False(loaded.TryGetProgram("live_raw", out _));
        var e = Assert.Throws<KeyNotFoundException>(() => loaded.Program("live_raw"));
        Assert.Equal("live has no loaded program live_raw; it has: live_classify, live_sysctl.", e.Message);
    }

    [Fact]
    public void Information_counts_runs_while_statistics_are_on()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var program = loaded.Program("live_classify");
        var before = program.GetInfo();
        Assert.Equal(("live_classify", BpfProgramType.SocketFilter), (before.Name, before.Type));
        Assert.True(before.Id > 0);
        Assert.True(before.MapCount >= 3);
        Assert.True(before.LoadTimeNanoseconds > 0);
        Assert.True(before.MemoryLockBytes > 0);
        Assert.True(before.TranslatedBytes > 0);

        using (BpfStatistics.Enable())
            program.TestRun(s_packet, repeat: 50);
        var during = program.GetInfo();
        Assert.Equal(50ul, during.RunCount - before.RunCount);
        Assert.True(during.RunTimeNanoseconds > before.RunTimeNanoseconds);

        if (File.ReadAllText("/proc/sys/kernel/bpf_stats_enabled").Trim() == "0")
        {
            program.TestRun(s_packet, repeat: 50);
            Assert.Equal(during.RunCount, program.GetInfo().RunCount);
        }
    }

    [Fact]
    public void The_inventory_lists_what_is_loaded_by_name()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var id = loaded.Program("live_classify").GetInfo().Id;
        Assert.Equal("live_classify", Assert.Single(BpfInventory.Programs(), p => p.Id == id).Name);
        using var map = BpfMap.OpenById(loaded.Map("live_entries").Id);
        Assert.Equal("live_entries", map.Name);
        Assert.Throws<BpfException>(() => BpfMap.OpenById(uint.MaxValue));
    }
}
