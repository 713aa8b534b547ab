using BpfTune.Sdk;
using BpfTune.Sdk.Testing;
using static TunerTemplate.TunerTemplateBpf;

namespace TunerTemplate.Tests;

/// <summary>Runs the tuner without a kernel: its events are sent by hand, and the engine's own code does the rest.</summary>
public sealed class TunerTemplateTunerTests : IDisposable
{
    private const string Limit = "net.core.somaxconn";
    private const ushort Listen = (ushort)tuner_template_event.TUNER_TEMPLATE_LISTEN;

    private readonly TunerTestHost _host;
    private readonly NetworkNamespace _blue;

    public TunerTemplateTunerTests()
    {
        var kernel = new FakeKernel();
        _blue = kernel.AddNamespace("blue");
        kernel[Limit, _blue] = "128";
        _host = new TunerTestHost(new TunerTemplateTuner(), kernel);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_queue_as_long_as_may_be_raises_the_limit()
    {
        _host.Send(Listen, new listen_event { backlog = 128 }, _blue);
        Assert.Equal("160", _host.Kernel[Limit, _blue]);
        Assert.Equal("listen_at_limit", Assert.Single(_host.Changes).Scenario);
    }

    [Fact]
    public void A_shorter_one_changes_nothing()
    {
        _host.Send(Listen, new listen_event { backlog = 16 }, _blue);
        Assert.Empty(_host.Changes);
    }

    [Fact]
    public void An_administrators_own_value_stays()
    {
        _host.Send(Listen, new listen_event { backlog = 128 }, _blue);
        _host.Kernel[Limit, _blue] = "1000";
        for (var second = 0; second < 60; second++)
        {
            _host.Send(Listen, new listen_event { backlog = 1000 }, _blue);
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("1000", _host.Kernel[Limit, _blue]);
        Assert.True(_host.IsStopped(_blue));
    }
}
