using System.Globalization;
using BpfTune.Sdk;
using BpfTune.Sdk.Testing;
using BpfTune.Tuners.UdpBuffer;
using static BpfTune.Tuners.UdpBuffer.UdpBufferBpf;

namespace BpfTune.Tuners.Tests.UdpBuffer;

/// <summary>The tuner with the engine's own trials, before programs that gain by larger buffers or do not.</summary>
public sealed class UdpTrialTests : IDisposable
{
    private const string Default = "net.core.rmem_default";
    private const string Maximum = "net.core.rmem_max";

    private TunerTestHost _host = null!;
    private NetworkNamespace _blue = null!;
    private long _received;
    private long _dropped;

    public UdpTrialTests() => Start(maximum: "212992");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Raises_that_help_go_on_until_nothing_is_lost()
    {
        // Of 200 kB in a burst a fresh buffer keeps as much as it holds.
        var most = Bursts(3600, value => Math.Min(200, value / 1000));
        Assert.InRange(Value(Default), 200_000, 250_000);
        Assert.Equal(Value(Default), most);
        Assert.All(_host.Changes, change => Assert.StartsWith("kept: drops ", change.Standing!.Text, StringComparison.Ordinal));
        Assert.InRange(Value(Maximum), Value(Default), 250_000);
    }

    [Fact]
    public void An_hour_of_raises_that_do_not_help_ends_where_it_began()
    {
        // A program that reads a tenth of what comes in, however long its queue is.
        var most = Bursts(3600, _ => 20);
        Assert.Equal(8192, Value(Default));
        Assert.Equal(2 * 8192, most);
        Assert.Equal("taken back: no difference (drops 90 % → 90 %)", _host.Changes[0].Standing!.Text);
        // Rests of 10, 20 and 40 minutes: three trials of four raises and a step back.
        Assert.InRange(_host.Changes.Count, 10, 15);
        Assert.Equal(0, _host.Clock.Armed);
    }

    [Fact]
    public void Longer_queues_that_only_make_it_worse_go_at_once()
    {
        Bursts(60, value => value > 8192 ? 20 : 100);
        Assert.Equal(8192, Value(Default));
        Assert.Equal("taken back: drops 50 % → 90 %", _host.Changes[0].Standing!.Text);
    }

    [Fact]
    public void A_maximum_that_was_raised_for_the_default_goes_back_with_it_and_after_it()
    {
        Start(maximum: "8192");
        Bursts(60, _ => 20);
        Assert.Equal((8192, 8192), (Value(Default), Value(Maximum)));
        Assert.Equal([Maximum, Default], _host.Changes.Take(2).Select(change => change.Tunable.Name));
    }

    [Fact]
    public void A_value_set_by_somebody_else_is_not_taken_back()
    {
        Bursts(6, _ => 20);
        Assert.NotEqual(8192, Value(Default));
        _host.Kernel[Default] = "4000000";
        Bursts(120, _ => 20);
        Assert.Equal(4_000_000, Value(Default));
        Assert.True(_host.IsStopped());
    }

    [Fact]
    public void What_is_not_judged_yet_is_taken_back_at_the_end()
    {
        Bursts(6, _ => 20);
        _host.Stop();
        Assert.Equal(8192, Value(Default));
    }

    private void Start(string maximum)
    {
        _host?.Dispose();
        var kernel = new FakeKernel { [Default] = "8192", [Maximum] = maximum };
        _blue = kernel.AddNamespace("blue");
        _host = new TunerTestHost(new UdpBufferTuner(), kernel);
        Count(0, 0);
    }

    private long Value(string name) => long.Parse(_host.Kernel[name], CultureInfo.InvariantCulture);

    /// <summary>A burst of 200 datagrams each second.</summary>
    /// <returns>The largest default seen.</returns>
    private long Bursts(int seconds, Func<long, long> kept)
    {
        var most = Value(Default);
        for (var second = 0; second < seconds; second++)
        {
            var value = Value(Default);
            var here = kept(value);
            // Its first half is lost as much as its second one, and the kernel tells of each.
            for (var half = 0; half < 2; half++)
            {
                Count(here / 2, 100 - (here / 2));
                if (here < 200)
                    Overflow((uint)value);
                most = Math.Max(most, Value(Default));
                _host.Clock.Advance(TimeSpan.FromSeconds(0.5));
            }
        }

        return most;
    }

    private void Overflow(uint buffer)
    {
        var record = new udp_buffer_full { buffer = buffer, allocated = 100 };
        record.mem[0] = 100_000;
        record.mem[1] = 200_000;
        record.mem[2] = 4_000_000;
        _host.Send((ushort)udp_buffer_event.UDP_BUFFER_FULL, record, _blue);
    }

    private void Count(long received, long dropped)
    {
        _received += received;
        _dropped += dropped;
        _host.Kernel.SetFile("snmp", $"Udp: InDatagrams RcvbufErrors\nUdp: {_received} {_dropped}\n", _blue);
    }
}
