using System.Diagnostics;
using System.Text;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>The kernel's BTF read once, by this library, must give what libbpf gets when it reads it for each object.</summary>
public sealed unsafe class SharedBtfTests : IDisposable
{
    private readonly KernelBtf _btf;
    private readonly ITestOutputHelper _output;

    public SharedBtfTests(ITestOutputHelper output)
    {
        _output = output;
        Live.Require();
        if (!KernelBtf.IsAvailable)
            Assert.Skip("this kernel has no BTF");
        _btf = KernelBtf.Open();
    }

    public static IEnumerable<TheoryDataRow<string>> Objects => Live.Shipped.Select(name => new TheoryDataRow<string>(name));

    public void Dispose() => _btf.Dispose();

    [Theory]
    [MemberData(nameof(Objects))]
    public void Every_program_is_the_same_as_with_libbpfs_own_reading(string name)
    {
        string[] programs;
        using (var opened = Live.Open(name, _btf))
        {
            Assert.True(opened.HasReducedBtf, "its relocations are not answered by a part of the kernel's BTF");
            programs = [.. opened.Programs.Select(p => p.Name)];
        }

        Assert.NotEmpty(programs);
        foreach (var program in programs)
        {
            var plain = Loaded.Try(name, program, null);
            var shared = Loaded.Try(name, program, _btf);
            _output.WriteLine($"{program}: {plain.Failure ?? $"{plain.Code.Length} instructions"}");
            Assert.Equal(plain.Failure, shared.Failure);
            Assert.Equal(plain.Code, shared.Code);
            Assert.Equal(plain.Target, shared.Target);
            Assert.True(plain.ReadsKernelBtf || plain.Failure is not null, "libbpf did not read the kernel's BTF: nothing was compared");
            // A target that is not in the kernel's BTF may be a module's: libbpf looks for that one.
            Assert.False(shared.ReadsKernelBtf && shared.Failure is null, "libbpf read all of the kernel's BTF");
        }
    }

    [Fact]
    public void Objects_load_in_less_time()
    {
        var names = Live.Shipped.ToArray();
        var (plain, shared) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < 4; round++)
        {
            plain = Least(plain, Time(null));
            var started = Stopwatch.GetTimestamp();
            using (var btf = KernelBtf.Open())
                Time(btf);
            shared = Least(shared, Stopwatch.GetElapsedTime(started));
        }

        _output.WriteLine(
            $"{names.Length} objects: {plain.TotalMilliseconds:F1} ms one after another, "
            + $"{shared.TotalMilliseconds:F1} ms with one reading of the kernel's BTF");
        Assert.True(shared < plain, "it is no gain");

        static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

        TimeSpan Time(KernelBtf? btf)
        {
            var started = Stopwatch.GetTimestamp();
            foreach (var name in names)
            {
                using var opened = Live.Open(name, btf);
                foreach (var program in opened.Programs)
                    program.AutoLoad = program.Section is { Mechanism: BpfMechanism.TpBtf, Target: { } target } && _btf.HasTracepoint(target);
                using var loaded = opened.Load();
            }

            return Stopwatch.GetElapsedTime(started);
        }
    }

    [Fact]
    public void Ids_are_those_that_libbpf_finds()
    {
        const uint Typedef = 8, Function = 12;
        var own = Native.btf__load_vmlinux_btf();
        Assert.NotEqual(0, own);
        try
        {
            Assert.Equal((int)Native.btf__type_cnt(own) - 1, _btf.TypeCount);
            var functions = 0;
            var tracepoints = 0;
            for (var id = _btf.Data.FirstId; id < _btf.Data.EndId; id++)
            {
                // Prime steps, for a sample over all of it; libbpf's search goes through all types each time.
                var type = _btf.Data.Type(id);
                var name = Encoding.UTF8.GetString(_btf.Data.Name(type->NameOffset));
                if (type->Kind == BtfKind.Function && id % 211 == 0)
                {
                    functions++;
                    Assert.Equal(Native.btf__find_by_name_kind(own, name, Function), _btf.FindFunction(name));
                }
                else if (type->Kind == BtfKind.Typedef && name.StartsWith("btf_trace_", StringComparison.Ordinal) && id % 3 == 0)
                {
                    tracepoints++;
                    Assert.Equal(Native.btf__find_by_name_kind(own, name, Typedef), _btf.FindTracepoint(name["btf_trace_".Length..]));
                }
            }

            Assert.True(functions > 50 && tracepoints > 50, $"{functions} functions, {tracepoints} tracepoints");
            foreach (var missing in new[] { "no_such_function", "tcp_init_soc", "tcp_init_sockk" })
            {
                Assert.True(Native.btf__find_by_name_kind(own, missing, Function) < 0);
                Assert.Equal(0, _btf.FindFunction(missing));
            }
        }
        finally
        {
            Native.btf__free(own);
        }
    }

    [Theory]
    [InlineData("missing_fentry", "kernel has no function no_such_function to trace", Errno.ESRCH)]
    [InlineData("missing_tp_btf", "kernel has no tracepoint no_such_tracepoint to trace", Errno.ESRCH)]
    public void A_missing_target_is_said_in_the_same_words(string program, string reason, int errno)
    {
        var opened = Live.OpenBroken(program, _btf);
        var e = Assert.Throws<BpfException>(opened.Load);
        Assert.Equal((program, reason, errno), (e.ProgramName, e.Reason, e.Errno));
        Assert.Contains(program, e.FullLog, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_the_kernel_lacks_is_named_too()
    {
        var opened = Live.OpenBroken("missing_member", _btf);
        Assert.True(opened.HasReducedBtf);
        var e = Assert.Throws<BpfException>(opened.Load);
        Assert.Equal(("missing_member", "this kernel lacks a type or member that it uses"), (e.ProgramName, e.Reason));
        Assert.Contains("struct net.no_such_member", e.LastVerifierLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_can_be_changed()
    {
        using var opened = Live.OpenBroken("missing_tp_btf", _btf);
        var program = opened.Program("missing_tp_btf");
        var e = Assert.Throws<BpfException>(() => program.SetAttachTarget("not_there_either"));
        Assert.Equal("kernel has no tracepoint not_there_either to trace", e.Reason);
        Assert.Equal("no_such_tracepoint", program.Section.Target);

        program.SetAttachTarget("sched_process_fork");
        using var loaded = opened.Load();
        Assert.Equal("tp_btf/sched_process_fork", loaded.Program("missing_tp_btf").Section.ToString());
        using var link = loaded.Program("missing_tp_btf").Attach();
        Assert.True(link.IsAttached);
        Assert.NotNull(link.Id);
    }

    [Fact]
    public void A_program_that_was_attached_so_runs()
    {
        using var opened = Live.Open("live", _btf);
        foreach (var program in opened.Programs)
            program.AutoLoad = program.Name == "live_typed";
        using var loaded = opened.Load();
        using var link = loaded.Program("live_typed").Attach();
        using (var child = Process.Start("true"))
            child.WaitForExit();
        Assert.True(loaded.GetVariable<uint>("forks_seen") > 0);
    }

    [Fact]
    public void Objects_opened_without_it_are_as_ever()
    {
        // The handlers are there by now, for the whole process: such objects are left to libbpf.
        using (Live.Open("live", _btf))
        {
        }

        using var opened = Live.OpenLive("live_typed");
        Assert.False(opened.HasReducedBtf);
        using var loaded = opened.Load();
        using var link = loaded.Program("live_typed").Attach();
        Assert.True(link.IsAttached);

        var missing = Live.OpenBroken("missing_fentry");
        Assert.Equal("kernel has no function no_such_function to trace", Assert.Throws<BpfException>(missing.Load).Reason);
    }

    [Fact]
    public void It_may_be_closed_once_the_object_is_loaded_and_not_before()
    {
        var early = KernelBtf.Open();
        using var opened = Live.OpenBroken("missing_tp_btf", early);
        early.Dispose();
        Assert.Throws<ObjectDisposedException>(opened.Load);
    }
}
