namespace BpfTune.LibBpf.LiveTests;

public sealed class MapTests
{
    private static readonly byte[] s_packet = new byte[64];

    [Fact]
    public void A_typed_map_is_read_and_written()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var entries = loaded.Map("live_entries").Typed<uint, Entry>();
        Assert.False(entries.TryGetValue(5, out var none));
        Assert.Equal(0ul, none.Hits);

        entries.Set(5, new Entry { Hits = 1, Last = 2 });
        entries[6] = new Entry { Hits = 3 };
        Assert.Equal((1ul, 2u), (entries[5].Hits, entries[5].Last));
        Assert.Equal([5u, 6u], entries.Keys.Order());
        Assert.Equal(4ul, (ulong)entries.Sum(e => (decimal)e.Value.Hits));

        Assert.True(entries.Remove(5));
        Assert.False(entries.Remove(5));
        var missing = Assert.Throws<KeyNotFoundException>(() => entries[5]);
        Assert.Equal("Map live_entries has no entry 5.", missing.Message);
    }

    [Fact]
    public void What_an_update_expects_is_checked_by_the_kernel()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var entries = loaded.Map("live_entries").Typed<uint, Entry>();
        Assert.Equal("ENOENT", Assert.Throws<BpfException>(() => entries.Set(1, default, MapUpdate.Exist)).ErrnoName);
        entries.Set(1, default, MapUpdate.NoExist);
        Assert.Equal("EEXIST", Assert.Throws<BpfException>(() => entries.Set(1, default, MapUpdate.NoExist)).ErrnoName);
    }

    [Fact]
    public void A_full_map_says_so()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var entries = loaded.Map("live_entries").Typed<uint, Entry>();
        for (var key = 0u; key < 8; key++)
            entries.Set(key, default);
        var e = Assert.Throws<BpfException>(() => entries.Set(99, default));
        Assert.Equal("live_entries: cannot access map live_entries: the map is full (E2BIG)", e.Message);
    }

    [Fact]
    public void The_current_entry_may_be_removed_while_going_through_them()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var entries = loaded.Map("live_entries").Typed<uint, Entry>();
        for (var key = 0u; key < 8; key++)
            entries.Set(key, new Entry { Hits = key });

        var seen = new List<uint>();
        foreach (var (key, value) in entries)
        {
            Assert.Equal(key, value.Hits);
            seen.Add(key);
            entries.Remove(key);
        }

        Assert.Equal([0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u], seen.Order());
        Assert.Empty(entries);
    }

    [Fact]
    public void Going_through_a_map_allocates_nothing()
    {
        using var map = CreateHash();
        var typed = map.Typed<uint, ulong>();
        for (var key = 0u; key < 100; key++)
            typed[key] = key;
        Assert.Equal(4950ul, Sum(typed)); // Compiles it.

        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = Sum(typed);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4950ul, sum);

        static ulong Sum(BpfMap<uint, ulong> map)
        {
            ulong sum = 0;
            foreach (var (_, value) in map)
                sum += value;
            return sum;
        }
    }

    [Fact]
    public void Untyped_access_checks_sizes_before_the_kernel_would_overrun_them()
    {
        using var map = CreateHash();
        map.Update([1, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8]);
        var value = new byte[8];
        Assert.True(map.TryLookup([1, 0, 0, 0], value));
        Assert.Equal<byte>([1, 2, 3, 4, 5, 6, 7, 8], value);
        Assert.Equal<byte>([1, 0, 0, 0], Assert.Single(map.Keys()));
        Assert.Throws<ArgumentException>(() => map.TryLookup([1, 0, 0, 0], new byte[7]));
        Assert.Throws<ArgumentException>(() => map.TryLookup([1], new byte[8]));
        Assert.Throws<ArgumentException>(() => map.Typed<ulong, ulong>());
        Assert.Throws<ArgumentException>(() => map.PerCpu<uint, ulong>());
        Assert.True(map.Delete([1, 0, 0, 0]));
        Assert.False(map.Delete([1, 0, 0, 0]));
        Assert.True(map.MemoryLockBytes > 0);
    }

    [Fact]
    public void An_entry_is_read_and_removed_in_one_step()
    {
        using var map = CreateHash();
        var typed = map.Typed<uint, ulong>();
        typed[1] = 11;
        if (Live.Kernel < new Version(5, 14))
        {
            Assert.Equal("this kernel does not support it", Assert.Throws<BpfException>(() => typed.TryTake(1, out _)).Reason);
            return;
        }

        Assert.True(typed.TryTake(1, out var value));
        Assert.Equal(11ul, value);
        Assert.False(typed.TryTake(1, out value));
        Assert.Equal(0ul, value);
    }

    [Fact]
    public void A_per_CPU_map_has_a_value_for_each_CPU()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        var map = loaded.Map("live_per_cpu");
        Assert.True(map.IsPerCpu);
        Assert.Throws<ArgumentException>(() => map.Typed<uint, uint>());

        // A value of 4 bytes takes 8 for each CPU: what is written must come back at its own place.
        var perCpu = map.PerCpu<uint, uint>();
        var values = Enumerable.Range(0, perCpu.CpuCount).Select(cpu => (uint)(cpu + 100)).ToArray();
        perCpu.Set(1, values);
        Assert.True(perCpu.TryGetValues(1, out uint[]? read));
        Assert.Equal(values, read);

        for (var i = 0; i < 10; i++)
            loaded.Program("live_classify").TestRun(s_packet);
        Assert.True(perCpu.TryGetValues(0, out uint[]? hits));
        Assert.Equal(10, hits!.Sum(h => h));
        Assert.False(perCpu.TryGetValues(2, out uint[]? none));
        Assert.Null(none);
    }

    [Fact]
    public void Two_objects_share_a_map()
    {
        using var first = Live.OpenLive("live_classify").Load();
        using var opened = Live.OpenLive("live_classify");
        opened.Map("live_entries").Reuse(first.Map("live_entries"));
        using var second = opened.Load();
        Assert.Equal(first.Map("live_entries").Id, second.Map("live_entries").Id);
        Assert.NotEqual(first.Map("live_per_cpu").Id, second.Map("live_per_cpu").Id);

        second.Program("live_classify").TestRun(s_packet);
        Assert.Equal(1ul, Assert.Single(first.Map("live_entries").Typed<uint, Entry>()).Value.Hits);

        first.Dispose();
        Assert.Single(second.Map("live_entries").Typed<uint, Entry>());
    }

    [Fact]
    public void A_map_that_does_not_fit_cannot_be_shared()
    {
        using var opened = Live.OpenLive("live_classify");
        using var other = CreateHash();
        var e = Assert.Throws<ArgumentException>(() => opened.Map("live_entries").Reuse(other));
        Assert.StartsWith(
            "live: map live_entries (Hash, key 4, value 16 bytes) cannot be map other (Hash, key 4, value 8 bytes).",
            e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_is_gone_from_the_kernel_with_its_object()
    {
        var loaded = Live.OpenLive("live_classify").Load();
        var maps = loaded.Maps.Select(m => m.Id).ToArray();
        var entries = loaded.Map("live_entries").Typed<uint, Entry>();
        Assert.Equal(maps.Order(), maps.Intersect(BpfInventory.MapIds()).Order());
        loaded.Dispose();
        Assert.Throws<ObjectDisposedException>(() => entries.TryGetValue(1, out _));
        Assert.True(Eventually.Holds(() => !maps.Intersect(BpfInventory.MapIds()).Any()), "a map is still there");
    }

    [Fact]
    public void A_map_the_kernel_refuses_is_named()
    {
        Live.Require();
        var e = Assert.Throws<BpfException>(() => BpfMap.Create(BpfMapType.RingBuffer, "odd", 0, 0, 4097));
        Assert.Equal("odd: cannot create map odd: this kernel does not know its map type, flags or sizes (EINVAL)", e.Message);
        Assert.Equal("odd", e.MapName);
    }

    private static BpfMap CreateHash()
    {
        Live.Require();
        return BpfMap.Create(BpfMapType.Hash, "other", 4, 8, 128);
    }
}
