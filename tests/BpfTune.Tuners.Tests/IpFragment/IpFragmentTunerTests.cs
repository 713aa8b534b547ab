using BpfTune.Sdk;
using BpfTune.Tuners.IpFragment;
using static BpfTune.Tuners.IpFragment.IpFragBpf;

namespace BpfTune.Tuners.Tests.IpFragment;

/// <summary>Replays events against the whole tuner, with a table of values for a kernel.</summary>
public sealed class IpFragmentTunerTests
{
    private const string Four = "net.ipv4.ipfrag_high_thresh";
    private const string Six = "net.ipv6.ip6frag_high_thresh";

    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);

    private readonly FakeHost _host = new();
    private readonly IpFragmentTuner _tuner = new();
    private readonly TunerDeclaration _declaration = new();

    private long _fragments;
    private long _completed;
    private long _failed;

    public IpFragmentTunerTests()
    {
        _tuner.Declare(_declaration);
        _tuner.Start(_host, null);
        Set(Four, 1_000_000);
        Set(Six, 1_000_000);
        Count(0, 0, 0);
    }

    public static TheoryData<ushort, string> Families => new() { { 1, Four }, { 2, Six } };

    [Theory]
    [MemberData(nameof(Families))]
    public void Memory_near_the_threshold_raises_it_in_its_namespace_and_family(ushort kind, string name)
    {
        Count(400, 40, 3);
        Near(kind, 800_000);
        var proposal = Assert.Single(_host.Proposals);
        Assert.Equal((name, "1250000"), (proposal.Tunable.Name, proposal.New.Text));
        Assert.Same(Blue, proposal.Namespace);
        Assert.Equal("800000 bytes of 1000000 wait for fragments; 40 datagrams completed and 3 failures of late", proposal.Evidence);
    }

    [Fact]
    public void Fragments_that_are_never_completed_raise_nothing()
    {
        for (var second = 0; second < 3600; second++)
        {
            Count(1000, 0, 900);
            Near(1, 1_000_000);
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(_host.Proposals);
        Assert.Contains((Blue.Id, (ushort)1, TimeSpan.FromSeconds(5)), _host.Mutes);
        Assert.Equal("next to nothing is completed: more memory would not help", _tuner.Facts().Single().Value);
    }

    [Fact]
    public void A_flood_after_a_long_quiet_time_is_not_judged_by_that_time()
    {
        Count(1_000_000, 100_000, 0);
        Near(1, 1_000_000);
        Assert.Equal(1_250_000, Get(Four));
        _host.Advance(TimeSpan.FromMinutes(5));
        for (var second = 0; second < 120; second++)
        {
            Count(1000, 0, 900);
            Near(1, Get(Four));
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1_250_000, Get(Four));
    }

    [Fact]
    public void An_hour_of_raises_that_help_ends_at_the_share_of_memory()
    {
        var ceiling = FragmentPolicy.Ceiling(
            _host.AvailablePages, Environment.SystemPageSize, others: 0);
        for (var second = 0; second < 3600; second++)
        {
            // Half of what does not fit fails.
            var completed = Get(Four) * 10_000 / (ceiling * 2);
            var failed = (10_000 - completed) / 2;
            Count((completed * 10) + failed, completed, failed);
            Near(1, Get(Four));
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(ceiling, Get(Four));
    }

    [Fact]
    public void Without_ipv6_there_is_nothing_to_do()
    {
        _host.Values.Remove((Six, Blue.Id));
        Near(2, 1_000_000);
        _host.ProcNet.Clear();
        Near(1, 1_000_000);
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void A_refused_proposal_silences_its_events_for_a_minute()
    {
        Count(400, 40, 3);
        _host.Answer = ProposalOutcome.Failed;
        Near(1, 1_000_000);
        Assert.Equal((Blue.Id, (ushort)1, TimeSpan.FromMinutes(1)), _host.Mutes.Single());
    }

    [Fact]
    public void A_namespace_that_is_gone_is_forgotten()
    {
        Near(1, 1_000_000);
        Assert.Single(_tuner.Facts());
        _tuner.OnNamespaceGone(Blue.Id);
        Assert.Empty(_tuner.Facts());
    }

    private void Set(string name, long value) => _host.Values[(name, Blue.Id)] = TunableValue.Of(value);

    private long Get(string name) => _host.Values[(name, Blue.Id)][0];

    private void Count(long fragments, long completed, long failed)
    {
        _fragments += fragments;
        _completed += completed;
        _failed += failed;
        _host.ProcNet["snmp"] = $"Ip: ReasmReqds ReasmOKs ReasmFails\nIp: {_fragments} {_completed} {_failed}\n";
        _host.ProcNet["snmp6"] = $"Ip6ReasmReqds {_fragments}\nIp6ReasmOKs {_completed}\nIp6ReasmFails {_failed}\n";
    }

    private void Near(ushort kind, long memory)
    {
        var record = new frag_event { memory = memory };
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<frag_event>(in record));
        _declaration.Events[kind].Invoke(new TunerEvent(new EventHeader { Kind = kind }, Blue), bytes);
    }
}
