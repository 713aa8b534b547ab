using BpfTune.Tuners.NetBuffer;

namespace BpfTune.Tuners.Tests.NetBuffer;

public sealed class OwnShareTests
{
    private readonly FakeHost.ManualTime _time = new();
    private readonly OwnShare _share;

    public OwnShareTests() => _share = new OwnShare(() => _time);

    [Fact]
    public void Without_tenants_all_of_it_is_its_own() => Assert.Equal(500, _share.Take(500, hasTenants: false));

    [Fact]
    public void With_tenants_no_more_than_was_seen()
    {
        _share.See(60);
        Assert.Equal(60, _share.Take(100, hasTenants: true));
        Assert.Equal(0, _share.Take(10, hasTenants: true));
        _share.See(30);
        Assert.Equal(30, _share.Take(5, hasTenants: true));
    }

    [Fact]
    public void What_a_tenants_flood_takes_from_others_is_no_reason_for_a_longer_queue()
    {
        _share.See(1);
        Assert.Equal(0, _share.Take(5000, hasTenants: true));
        _share.See(2000);
        Assert.Equal(0, _share.Take(5, hasTenants: true));
    }

    [Fact]
    public void What_an_event_tells_of_late_counts_all_the_same()
    {
        _share.See(1);
        Assert.Equal(0, _share.Take(500, hasTenants: true));
        _share.See(499);
        Assert.Equal(500, _share.Take(0, hasTenants: true));
    }

    [Fact]
    public void Nor_more_than_was_counted()
    {
        _share.See(1000);
        Assert.Equal(10, _share.Take(10, hasTenants: true));
        Assert.Equal(20, _share.Take(20, hasTenants: true));
    }

    [Fact]
    public void What_is_old_explains_nothing()
    {
        _share.Take(5000, hasTenants: true);
        _time.Now += TimeSpan.FromSeconds(61);
        _share.See(100);
        Assert.Equal(3, _share.Take(3, hasTenants: true));
    }
}
