using BpfTune.Tuners.IpFragment;

namespace BpfTune.Tuners.Tests.IpFragment;

public sealed class FragmentCountersTests
{
    [Fact]
    public void Those_of_ipv4_are_read_by_name() => Assert.Equal(
        new FragmentCounters(5_000_000_000, 4, 3),
        FragmentCounters.Parse("Ip: Forwarding ReasmTimeout ReasmReqds ReasmOKs ReasmFails\nIp: 2 9 5000000000 4 3\n"));

    [Fact]
    public void Those_of_ipv6_are_read_by_name() => Assert.Equal(
        new FragmentCounters(5, 4, 3),
        FragmentCounters.ParseIPv6("Ip6ReasmTimeout \t9\nIp6ReasmReqds \t5\nIp6ReasmOKs \t4\nIp6ReasmFails \t3\n"));

    [Fact]
    public void What_is_missing_counts_as_none()
    {
        Assert.Equal(default, FragmentCounters.Parse(""));
        Assert.Equal(default, FragmentCounters.ParseIPv6(""));
        Assert.Equal(default, FragmentCounters.Parse("Ip: Forwarding\nIp: 1\n"));
    }

    [Fact]
    public void An_interval_is_the_difference() =>
        Assert.Equal(new FragmentCounters(4, 2, 1), new FragmentCounters(10, 5, 3).Since(new FragmentCounters(6, 3, 2)));
}
