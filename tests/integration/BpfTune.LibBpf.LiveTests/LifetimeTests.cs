using System.Runtime.CompilerServices;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>Nothing is left in the kernel or in this process, however an object ends.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public void Loading_and_disposing_many_times_leaks_neither_descriptors_nor_mappings()
    {
        Live.Require();
        Once(); // What is made once, such as the libraries' own files, is there afterwards.
        var descriptors = Descriptors();
        var mappings = BpfMappings();
        for (var i = 0; i < 50; i++)
            Once();
        Assert.Equal(descriptors, Descriptors());
        Assert.Equal(mappings, BpfMappings());

        static void Once()
        {
            using var loaded = Live.OpenLive("live_raw", "live_classify").Load();
            using var link = loaded.Program("live_raw").Attach();
            using var ring = new RingBuffer(new RecordCollector());
            ring.Add(loaded.Map("live_records"));
            using (Live.OpenLive("live_classify"))
            {
                // Opened and never loaded.
            }

            Assert.Throws<BpfException>(() => Live.OpenBroken("rejected").Load());
        }
    }

    [Fact]
    public void What_nobody_disposed_of_is_freed_by_the_collector()
    {
        Live.Require();
        Forget(); // See above.
        Collect();
        var descriptors = Descriptors();
        for (var i = 0; i < 5; i++)
            Forget();
        Assert.True(
            Eventually.Holds(() =>
            {
                Collect();
                return Descriptors() <= descriptors;
            }),
            "descriptors are still open");

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget()
        {
            var loaded = Live.OpenLive("live_raw").Load();
            loaded.Program("live_raw").Attach();
            new RingBuffer(new RecordCollector()).Add(loaded.Map("live_records"));
            _ = Live.OpenLive("live_classify");
        }

        static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [Fact]
    public void Loads_that_fail_side_by_side_each_name_their_own_program()
    {
        Live.Require();
        string[] bad = ["rejected", "missing_fentry", "missing_tp_btf", "missing_member"];
        Parallel.For(0, 24, i =>
        {
            var program = bad[i % bad.Length];
            var opened = Live.OpenBroken(program);
            Assert.Equal(program, Assert.Throws<BpfException>(opened.Load).ProgramName);
        });
    }

    [Fact]
    public void Objects_end_while_other_threads_use_them()
    {
        Live.Require();
        for (var round = 0; round < 10; round++)
        {
            var loaded = Live.OpenLive("live_classify").Load();
            var map = loaded.Map("live_entries").Typed<uint, Entry>();
            map[1] = default;
            using var started = new ManualResetEventSlim();
            var reader = Task.Run(() =>
            {
                try
                {
                    for (; ; started.Set())
                        Assert.True(map.TryGetValue(1, out _));
                }
                catch (ObjectDisposedException)
                {
                    return true;
                }
            }, TestContext.Current.CancellationToken);
            started.Wait(TestContext.Current.CancellationToken);
            loaded.Dispose();
#pragma warning disable xUnit1031 // The wait is the test: the reader must see the end.
            Assert.True(reader.Wait(5000, TestContext.Current.CancellationToken));
#pragma warning restore xUnit1031
        }
    }

    // Descriptors and mappings of BPF only: the runtime opens and closes its own at will.
    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Count(static fd =>
        new FileInfo(fd).LinkTarget is { } target && (target.Contains("bpf", StringComparison.Ordinal) || target.Contains("btf", StringComparison.Ordinal)));

    private static int BpfMappings() =>
        File.ReadLines("/proc/self/maps").Count(static line => line.Contains("anon_inode:bpf", StringComparison.Ordinal));
}
