namespace BpfTune.Lab.Tests;

public sealed unsafe class PacketRingTests
{
    private const int Capacity = 4096;

    [Fact]
    public void Packets_come_out_as_and_when_they_went_in()
    {
        using var ring = new PacketRing(Capacity);
        var random = new Random(5);
        var expected = new Queue<(int Length, long Due)>();
        for (int i = 0; i < 50_000; i++)
        {
            int length = random.Next(1, 700);
            byte* slot = random.Next(2) == 0 ? ring.Reserve(700) : null;
            if (slot != null)
            {
                new Span<byte>(slot, length).Fill((byte)i);
                slot[0] = (byte)length;
                ring.Commit(length, i);
                expected.Enqueue((length, i));
            }

            if (random.Next(3) == 0 && ring.TryPeek(out byte* packet, out int size, out long due))
            {
                Assert.Equal(expected.Dequeue(), (size, due));
                Assert.Equal((byte)size, packet[0]);
                Assert.True(new ReadOnlySpan<byte>(packet + 1, size - 1).IndexOfAnyExcept((byte)due) < 0);
                ring.Advance();
            }
        }

        while (ring.TryPeek(out _, out int size, out long due))
        {
            Assert.Equal(expected.Dequeue(), (size, due));
            ring.Advance();
        }

        Assert.Empty(expected);
        Assert.True(ring.IsEmpty);
    }

    [Fact]
    public void A_full_ring_has_no_room_and_regains_it()
    {
        using var ring = new PacketRing(Capacity);
        int count = 0;
        while (ring.Reserve(100) != null)
        {
            ring.Commit(100, count++);
        }

        // 16 bytes of header, rounded up to 16.
        Assert.Equal(Capacity / 128, count);
        Assert.Equal(Capacity, ring.Used);

        Assert.True(ring.TryPeek(out _, out _, out long first));
        Assert.Equal(0, first);
        ring.Advance();
        Assert.False(ring.Reserve(113) != null);
        Assert.True(ring.Reserve(112) != null);
    }

    [Fact]
    public void A_reservation_that_wraps_and_is_given_up_harms_nothing()
    {
        using var ring = new PacketRing(Capacity);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(ring.Reserve(1200) != null);
            ring.Commit(1200, i);
        }

        ring.TryPeek(out _, out _, out _);
        ring.Advance();
        Assert.True(ring.Reserve(1000) != null);
        Assert.True(ring.Reserve(900) != null);

        for (int i = 1; i < 3; i++)
        {
            Assert.True(ring.TryPeek(out _, out int length, out long due));
            Assert.Equal((1200, i), (length, due));
            ring.Advance();
        }

        Assert.False(ring.TryPeek(out _, out _, out _));
        Assert.True(ring.Reserve(4000) != null);
    }
}
