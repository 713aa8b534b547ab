using System.Diagnostics;

namespace BpfTune.LibBpf.LiveTests;

public sealed class RingBufferTests(ITestOutputHelper output)
{
    private static readonly byte[] s_packet = new byte[64];

    [Fact]
    public void Records_come_in_order()
    {
        using var loaded = Load();
        var collector = new RecordCollector { Next = 10 };
        using var ring = new RingBuffer(collector);
        ring.Add(loaded.Map("live_records"));
        Assert.Equal(0, ring.Consume());
        Assert.Equal(0, ring.Poll(0));

        Assert.Equal(0u, Produce(loaded, 10, 1000));
        Assert.Equal(1000, ring.Consume());
        Assert.True(collector.InOrder);

        Produce(loaded, 1010, 5);
        Assert.Equal(5, ring.Poll(1000));
        Assert.True(collector.InOrder);
        Assert.Equal(1005, collector.Count);
        Assert.True(ring.EpollFd > 2);
    }

    [Fact]
    public void Several_maps_are_read_by_one()
    {
        using var first = Load();
        using var second = Load();
        var collector = new RecordCollector();
        using var ring = new RingBuffer(collector);
        ring.Add(first.Map("live_records"));
        ring.Add(second.Map("live_records"));
        Produce(first, 0, 3);
        Produce(second, 3, 4);
        Assert.Equal(7, ring.Consume());
        Assert.True(collector.InOrder);
    }

    [Fact]
    public void A_bounded_batch_leaves_the_rest_for_the_next()
    {
        using var loaded = Load();
        var collector = new RecordCollector();
        using var ring = new RingBuffer(collector);
        ring.Add(loaded.Map("live_records"));
        Produce(loaded, 0, 100);
        Assert.Equal(30, ring.Consume(30));
        Assert.Equal((30, true), (collector.Count, collector.InOrder));
        Assert.Equal(70, ring.Consume(1000));
        Assert.Equal(0, ring.Consume(1000));
        Assert.Equal((100, true), (collector.Count, collector.InOrder));
    }

    [Fact]
    public void A_map_that_is_full_does_not_keep_another_waiting()
    {
        using var flooded = Load();
        using var quiet = Load();
        var collector = new RecordCollector();
        using var ring = new RingBuffer(collector);
        ring.Add(flooded.Map("live_records"));
        ring.Add(quiet.Map("live_records"));
        Produce(flooded, 0, 10_000);
        Produce(quiet, 500_000, 5);
        Assert.Equal(100, ring.Consume(100));
        // The last of its records was among them: the next is the one after it, or one of the other map.
        Assert.Contains(500_004ul, collector.Seen);
    }

    [Fact]
    public void Discarded_records_count_towards_the_bound_and_reach_nobody()
    {
        using var loaded = Load();
        var collector = new RecordCollector { Next = 50 };
        using var ring = new RingBuffer(collector);
        ring.Add(loaded.Map("live_records"));
        loaded.Variable<uint>("produce_discarded") = 1;
        Produce(loaded, 0, 50);
        loaded.Variable<uint>("produce_discarded") = 0;
        Produce(loaded, 50, 10);
        Assert.Equal(0, ring.Consume(40));
        Assert.Equal(0, collector.Count);
        Assert.Equal(10, ring.Consume());
        Assert.Equal((10, true), (collector.Count, collector.InOrder));
    }

    [Fact]
    public void Records_run_over_the_end_of_the_ring_in_one_piece()
    {
        using var loaded = Load();
        var collector = new RecordCollector();
        using var ring = new RingBuffer(collector);
        ring.Add(loaded.Map("live_records"));
        // 56 bytes each in a ring of 4 MiB, which no number of them fills exactly: twice round.
        for (var first = 0u; first < 160_000; first += 40_000)
        {
            Assert.Equal(0u, Produce(loaded, first, 40_000));
            Assert.Equal(40_000, ring.Consume());
        }

        Assert.True(collector.InOrder);
    }

    [Fact]
    public void What_a_handler_throws_comes_out_of_Consume_and_the_rest_is_kept()
    {
        using var loaded = Load();
        var collector = new RecordCollector { ThrowAt = 2 };
        using var ring = new RingBuffer(collector);
        ring.Add(loaded.Map("live_records"));
        Produce(loaded, 0, 10);
        var e = Assert.Throws<InvalidOperationException>(() => ring.Consume());
        Assert.Equal("record 2 is not wanted", e.Message);
        Assert.Equal(3, collector.Count);
        Assert.Equal(7, ring.Consume());
        Assert.Equal((10, true), (collector.Count, collector.InOrder));
    }

    [Fact]
    public void A_reader_outlives_the_object_its_map_came_from()
    {
        var loaded = Load();
        var collector = new RecordCollector();
        using var ring = new RingBuffer(collector);
        ring.Add(loaded.Map("live_records"));
        Produce(loaded, 0, 3);
        loaded.Dispose();
        Assert.Equal(3, ring.Consume());
    }

    [Fact]
    public void Misuse_is_refused_in_words()
    {
        using var loaded = Load();
        var ring = new RingBuffer(new RecordCollector());
        Assert.Throws<InvalidOperationException>(() => ring.Consume());
        var e = Assert.Throws<ArgumentException>(() => ring.Add(loaded.Map("live_entries")));
        Assert.StartsWith("Map live_entries is of type Hash, not a ring buffer.", e.Message, StringComparison.Ordinal);
        ring.Dispose();
        ring.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ring.Add(loaded.Map("live_records")));
        Assert.Throws<ObjectDisposedException>(() => ring.Poll(0));
    }

    [Fact]
    public void Consuming_allocates_nothing_per_record()
    {
        const int Records = 50_000;
        using var loaded = Load();
        var collector = new RecordCollector();
        using var ring = new RingBuffer(collector);
        ring.Add(loaded.Map("live_records"));
        Produce(loaded, 0, 100);
        ring.Consume();

        var best = double.MaxValue;
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            collector.Next = 0;
            Assert.Equal(0u, Produce(loaded, 0, Records));
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var count = ring.Consume();
            var elapsed = Stopwatch.GetElapsedTime(started);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - allocated);
            Assert.Equal(Records, count);
            best = Math.Min(best, elapsed.TotalNanoseconds / count);
        }

        // The runtime itself allocates a little, once, where it exchanges code in the middle of a round.
        Assert.Equal(0, least);
        Assert.True(collector.InOrder);
        output.WriteLine($"{best:F1} ns a record of 48 bytes (best of 5 rounds of {Records})");
    }

    private static BpfLoadedObject Load() => Live.OpenLive("live_produce").Load();

    /// <summary>Has the kernel submit records; returns how many found no room.</summary>
    private static uint Produce(BpfLoadedObject loaded, uint first, uint count)
    {
        const uint AtOnce = 2048; // As many as the program's loop can make.
        loaded.Variable<uint>("produce_lost") = 0;
        while (count > 0)
        {
            var now = Math.Min(count, AtOnce);
            loaded.Variable<uint>("produce_first") = first;
            loaded.Variable<uint>("produce_count") = now;
            loaded.Program("live_produce").TestRun(s_packet);
            first += now;
            count -= now;
        }

        return loaded.Variable<uint>("produce_lost");
    }
}
