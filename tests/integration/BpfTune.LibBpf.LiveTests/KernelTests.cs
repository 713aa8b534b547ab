using System.Diagnostics;

namespace BpfTune.LibBpf.LiveTests;

public sealed class KernelTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_probe_has_an_answer_and_leaves_nothing_behind()
    {
        Live.Require();
        var before = BpfInventory.ProgramIds();
        var started = Stopwatch.GetTimestamp();
        var features = BpfFeatures.Probe();
        output.WriteLine($"probed in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F1} ms");
        foreach (var (name, result) in features.All)
        {
            output.WriteLine($"{name}: {result} ({result.Reason})");
            Assert.NotEqual(ProbeAnswer.Inconclusive, result.Answer);
            Assert.NotEmpty(result.Reason);
            Assert.True(result.IsYes || result.Errno != 0 || name is "fentry" or "tp_btf", name);
        }

        Assert.Equal(12, features.All.Count());
        Assert.True(Eventually.Holds(() => !BpfInventory.ProgramIds().Except(before).Any()), "a program is still there");
    }

    // What is probed is what the rest of this suite then does: were a probe wrong, one of the two would fail.
    [Fact]
    public void Probes_agree_with_what_loads()
    {
        Live.Require();
        var features = BpfFeatures.Probe();
        Assert.True(features.RingBuffer.IsYes);
        Assert.Equal(features.SockOps.IsYes, Loads("live_sock_ops"));
        Assert.Equal(features.CgroupSysctl.IsYes, Loads("live_sysctl"));
        Assert.Equal(features.CgroupSockCreate.IsYes, Loads("live_sock_create"));
        Assert.Equal(features.RawTracepoint.IsYes, Loads("live_raw"));
        Assert.Equal(features.TpBtf.IsYes, Loads("live_typed"));
        Assert.Equal(features.SyscallPrograms.IsYes, Loads("live_call"));
        Assert.Equal(features.Fentry.IsYes, Loads("present_fentry"));
        Assert.Equal(KernelBtf.IsAvailable, features.VmlinuxBtf.IsYes);
    }

    [Fact]
    public void The_kernels_BTF_answers_and_costs_little()
    {
        if (!KernelBtf.IsAvailable)
            Assert.Skip("this kernel has no BTF");

        var cold = Measure(out var first);
        first.Dispose();
        var warm = Measure(out var btf);
        using (btf)
        {
            var asked = Stopwatch.GetTimestamp();
            Assert.True(btf.HasFunction("tcp_init_sock"));
            var ask = Stopwatch.GetElapsedTime(asked);
            Assert.False(btf.HasFunction("no_such_function"));
            Assert.False(btf.HasFunction("tcp_init_soc"));
            Assert.True(btf.HasTracepoint("tcp_destroy_sock"));
            Assert.False(btf.HasTracepoint("tcp_init_sock"));
            Assert.True(btf.HasStructMember("net", "ns"));
            Assert.True(btf.HasStructMember("sock", "sk_sndbuf"));
            Assert.False(btf.HasStructMember("sock", "no_such_member"));
            Assert.True(btf.HasStructMember("sk_buff", "dev")); // Inside two anonymous members.
            Assert.True(btf.TryGetEnumValue("bpf_map_type", "BPF_MAP_TYPE_RINGBUF", out var value));
            Assert.Equal((long)BpfMapType.RingBuffer, value);

            var hit = Time(btf, "tcp_init_sock");
            var miss = Time(btf, "no_such_function");
            output.WriteLine(
                $"{btf.TypeCount} types; opened in {cold.TotalMilliseconds:F1} ms cold, {warm.TotalMilliseconds:F1} ms "
                + $"warm; the first question {ask.TotalMilliseconds:F1} ms; then a function found in {hit:F0} ns, missed in {miss:F0} ns");
        }

        static double Time(KernelBtf btf, string function)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < 10_000; i++)
                btf.HasFunction(function);
            return Stopwatch.GetElapsedTime(started).TotalNanoseconds / 10_000;
        }

        static TimeSpan Measure(out KernelBtf btf)
        {
            var started = Stopwatch.GetTimestamp();
            btf = KernelBtf.Open();
            return Stopwatch.GetElapsedTime(started);
        }
    }

    private static bool Loads(string program)
    {
        using var opened = program == "present_fentry" ? Live.OpenBroken(program) : Live.OpenLive(program);
        try
        {
            using var loaded = opened.Load();
            return loaded.TryGetProgram(program, out _);
        }
        catch (BpfException e)
        {
            Assert.Equal(program, e.ProgramName);
            return false;
        }
    }
}
