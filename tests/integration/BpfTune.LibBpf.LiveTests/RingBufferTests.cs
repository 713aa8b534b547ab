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
        for (var round = 0; round < 5; round++)
        {
            collector.Next = 0;
            Assert.Equal(0u, Produce(loaded, 0, Records));
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var count = ring.Consume();
            var elapsed = Stopwatch.GetElapsedTime(started);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
            Assert.Equal(Records, count);
            best = Math.Min(best, elapsed.TotalNanoseconds / count);
        }

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
