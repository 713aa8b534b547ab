using System.Globalization;
using BpfTune.Sdk;
using BpfTune.Sdk.Testing;
using BpfTune.Tuners.IpFragment;
using static BpfTune.Tuners.IpFragment.IpFragBpf;

namespace BpfTune.Tuners.Tests.IpFragment;

/// <summary>The tuner with the engine's own trials, on a path that loses and under a flood.</summary>
public sealed class FragmentTrialTests : IDisposable
{
    private const string Threshold = "net.ipv4.ipfrag_high_thresh";

    private readonly TunerTestHost _host;
    private readonly NetworkNamespace _blue;
    private long _fragments;
    private long _completed;
    private long _failed;

    public FragmentTrialTests()
    {
        var kernel = new FakeKernel();
        _blue = kernel.AddNamespace("blue");
        kernel[Threshold, _blue] = "1000000";
        kernel["net.ipv4.ipfrag_time", _blue] = "1";
        _host = new TunerTestHost(new IpFragmentTuner(), kernel);
        Count(0, 0, 0);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Memory_that_lets_more_be_completed_is_kept_up_to_the_ceiling()
    {
        var ceiling = FragmentPolicy.Ceiling(_host.AvailablePages, Environment.SystemPageSize, others: 0);
        Run(3600, value =>
        {
            // Half of what does not fit fails.
            var completed = value * 10_000 / (ceiling * 2);
            var failed = (10_000 - completed) / 2;
            return ((completed * 10) + failed, completed, failed);
        });
        Assert.Equal(ceiling, Value);
        Assert.All(_host.Changes, change => Assert.StartsWith("kept: failures ", change.Standing!.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_flood_beside_a_little_traffic_ends_where_it_began()
    {
        var most = Run(3600, _ => (10_000, 200, 9500));
        Assert.Equal((1_000_000, 8_000_000), (Value, most));
    }

    [Fact]
    public void A_threshold_below_one_datagram_stays_raised_where_datagrams_come_of_it()
    {
        _host.Kernel[Threshold, _blue] = "16000";
        Run(120, value => value >= FragmentPolicy.OneDatagram ? (1000, 100, 0) : (1000, 0, 900));
        Assert.Equal(FragmentPolicy.OneDatagram, Value);
        Assert.Equal("kept: failures 100 % → 0 %", _host.Changes[0].Standing!.Text);
    }

    [Fact]
    public void And_goes_back_where_nothing_comes_of_it()
    {
        _host.Kernel[Threshold, _blue] = "16000";
        Run(120, _ => (1000, 0, 900));
        Assert.Equal(16_000, Value);
    }

    private long Value => long.Parse(_host.Kernel[Threshold, _blue], CultureInfo.InvariantCulture);

    /// <summary>Each second counters grow by what comes of the threshold: fragments, datagrams completed, failures.</summary>
    /// <returns>The largest threshold seen.</returns>
    private long Run(int seconds, Func<long, (long Fragments, long Completed, long Failed)> world)
    {
        var most = Value;
        for (var second = 0; second < seconds; second++)
        {
            var (fragments, completed, failed) = world(Value);
            for (var half = 0; half < 2; half++)
            {
                Count(fragments / 2, completed / 2, failed / 2);
                if (failed > 0)
                    _host.Send((ushort)ip_frag_event.IP_FRAG_V4, new frag_event { memory = Value }, _blue);
                most = Math.Max(most, Value);
                _host.Clock.Advance(TimeSpan.FromSeconds(0.5));
            }
        }

        return most;
    }

    private void Count(long fragments, long completed, long failed)
    {
        _fragments += fragments;
        _completed += completed;
        _failed += failed;
        _host.Kernel.SetFile("snmp", $"Ip: ReasmReqds ReasmOKs ReasmFails\nIp: {_fragments} {_completed} {_failed}\n", _blue);
    }
}
