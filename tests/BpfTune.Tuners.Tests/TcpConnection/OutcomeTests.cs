using System.Net;
using System.Runtime.InteropServices;
using BpfTune.Sdk;
using BpfTune.Tuners.TcpConnection;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.Tests.TcpConnection;

public sealed class OutcomeTests
{
    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);
    private static readonly NetworkNamespace Green = new(new NamespaceId(4026532000, 8), "green", false);

    [Theory]
    [InlineData(1_000_000, 1_000_000_000, 1e6)]
    [InlineData(4_294_967_296_000, 2_000_000_000, 2_147_483_648_000)]
    [InlineData(1, 1_000_000_000_000, 0.001)]
    public void The_rate_is_what_was_delivered_in_the_time_that_counts(ulong bytes, ulong nanoseconds, double rate)
    {
        Assert.True(ConnectionOutcome.TryRead(
            new conn_event { bytes = bytes, duration_ns = nanoseconds, rtt_us = 50, min_rtt_us = 40 }, out var outcome));
        Assert.Equal(new ConnectionOutcome(50, 40, rate), outcome);
    }

    [Theory]
    [InlineData(0, 1000, 5)]
    [InlineData(1, 0, 5)]
    [InlineData(1, 1000, 0)]
    public void A_connection_that_was_too_short_or_held_back_by_its_ends_says_nothing(ulong bytes, ulong nanoseconds, uint rtt) =>
        Assert.False(ConnectionOutcome.TryRead(new conn_event { bytes = bytes, duration_ns = nanoseconds, rtt_us = rtt }, out _));

    [Fact]
    public void Without_a_least_round_trip_the_mean_one_serves()
    {
        Assert.True(ConnectionOutcome.TryRead(new conn_event { bytes = 1, duration_ns = 1000, rtt_us = 5 }, out var outcome));
        Assert.Equal(5, outcome.MinRtt);
    }

    [Theory]
    [InlineData("192.0.2.0", 4u, "192.0.2.0/24")]
    [InlineData("2001:db8:1:2::", 6u, "2001:db8:1:2::/64")]
    public void Keys_read_as_networks(string address, uint family, string expected)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        var key = new RemoteKey(1, family, words[0], words.Length > 1 ? words[1] : 0);
        Assert.Equal(expected, key.ToString());
        Assert.Equal(key, RemoteKey.Of(key.ToKernel()));
    }

    [Fact]
    public void The_oldest_remotes_make_room_for_new_ones()
    {
        var removed = new List<Remote>();
        var table = new RemoteTable(removed.Add);
        for (uint i = 0; i < RemoteTable.Own; i++)
            table.Get(new RemoteKey(1, 4, i, 0), Blue);
        table.Get(new RemoteKey(1, 4, 0, 0), Blue);
        Assert.Empty(removed);
        for (uint i = 0; i < 3 * RemoteTable.Own; i++)
            table.Get(new RemoteKey(1, 4, 100_000 + i, 0), Blue);
        Assert.InRange(table.Values.Count, 1, RemoteTable.Own);
        Assert.Equal(1u, removed[0].Key.First);
        Assert.Equal(4 * RemoteTable.Own, removed.Count + table.Values.Count);
    }

    [Fact]
    public void What_belonged_to_a_namespace_goes_with_it_even_when_its_inode_comes_back()
    {
        var removed = new List<Remote>();
        var table = new RemoteTable(removed.Add);
        var key = new RemoteKey(Blue.Id.Inode, 4, 1, 0);
        var first = table.Get(key, Blue);
        Assert.Same(first, table.Get(key, Blue));
        var second = table.Get(key, Green);
        Assert.NotSame(first, second);
        Assert.Equal([first], removed);
        table.Forget(Blue.Id);
        Assert.Same(second, Assert.Single(table.Values));
        table.Forget(Green.Id);
        Assert.Empty(table.Values);
    }
}
