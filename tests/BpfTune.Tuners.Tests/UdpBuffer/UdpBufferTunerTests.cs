using BpfTune.Sdk;
using BpfTune.Tuners.UdpBuffer;
using static BpfTune.Tuners.UdpBuffer.UdpBufferBpf;

namespace BpfTune.Tuners.Tests.UdpBuffer;

/// <summary>Replays events against the whole tuner, with a table of values for a kernel.</summary>
public sealed class UdpBufferTunerTests
{
    private const ushort Full = 1;
    private const ushort Locked = 2;
    private const ushort Memory = 3;
    private const string Default = "net.core.rmem_default";
    private const string Maximum = "net.core.rmem_max";
    private const string Marks = "net.ipv4.udp_mem";

    private static readonly NetworkNamespace Blue = new(new NamespaceId(4026532000, 7), "blue", false);

    private readonly FakeHost _host = new();
    private readonly UdpBufferTuner _tuner = new();
    private readonly TunerDeclaration _declaration = new();

    private long _received;
    private long _dropped;

    public UdpBufferTunerTests()
    {
        _tuner.Declare(_declaration);
        _tuner.Start(_host, null);
        Set(Default, "212992");
        Set(Maximum, "212992");
        Count(0, 0);
    }

    [Fact]
    public void An_overflow_of_a_default_buffer_raises_the_default_of_the_machine()
    {
        Overflow(212_992, suppressed: 41);
        var proposal = _host.Proposals[^1];
        Assert.Equal(["default_buffer_needs_maximum", "udp_drops_at_default_buffer"], _host.Proposals.Select(p => p.Scenario));
        Assert.Equal((Default, "266240", "udp_drops_at_default_buffer"), (proposal.Tunable.Name, proposal.New.Text, proposal.Scenario));
        Assert.Same(FakeHost.Global, proposal.Namespace);
        Assert.Equal("rcvbuf 212992, default 212992, 42 datagrams dropped since the last look at namespace blue", proposal.Evidence);
        Assert.Equal("266240", Get(Maximum));
    }

    [Theory]
    [InlineData("40000", "40000")]
    [InlineData("16384", "20480")]
    public void The_default_is_never_above_the_maximum(string maximum, string expected)
    {
        Set(Default, "16384");
        Set(Maximum, maximum);
        Overflow(16384);
        Assert.Equal("20480", Get(Default));
        Assert.Equal(expected, Get(Maximum));
    }

    [Fact]
    public void Where_the_maximum_must_stay_the_default_stays_with_it()
    {
        _host.Answer = ProposalOutcome.Overridden;
        Overflow(212_992);
        Assert.Equal("default_buffer_needs_maximum", Assert.Single(_host.Proposals).Scenario);
    }

    [Fact]
    public void Without_memory_nothing_is_raised()
    {
        _host.AvailablePages = 0;
        Overflow(212_992);
        Overflow(425_984, Locked);
        Set(Marks, "1000 2000 4000");
        Invoke(Memory, new udp_memory { allocated = 300_000 });
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void What_it_hears_concerns_the_whole_machine() =>
        Assert.All(_declaration.Events.Values, e => Assert.Equal(TunableScope.Machine, e.Concerns));

    [Fact]
    public void An_overflow_of_a_locked_buffer_at_the_maximum_raises_the_maximum()
    {
        Overflow(425_984, Locked);
        Assert.Equal("266240", Get(Maximum));
        Assert.Equal("212992", Get(Default));
    }

    [Fact]
    public void A_locked_buffer_below_the_maximum_has_what_it_asked_for()
    {
        Overflow(65_536, Locked);
        Assert.Empty(_host.Proposals);
        // Another program's drops come as the same kind: it must not be muted.
        Assert.Empty(_host.Mutes);
    }

    [Fact]
    public void Ever_new_buffers_that_help_end_at_their_share_of_udp_memory()
    {
        var ceiling = 8000L * Environment.SystemPageSize / 8;
        for (var second = 0; second < 3600; second++)
        {
            var value = TunableValue.Parse(Get(Default))[0];
            Overflow((uint)value, allocated: 10, maximum: 8000);
            _host.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(ceiling, TunableValue.Parse(Get(Default))[0]);
        Assert.Contains((Blue.Id, Full, TimeSpan.FromSeconds(5)), _host.Mutes);
    }

    [Fact]
    public void While_udps_memory_is_short_buffers_are_not_raised()
    {
        Overflow(212_992, allocated: 150_000);
        Assert.Empty(_host.Proposals);
    }

    [Fact]
    public void A_refused_proposal_silences_its_events_for_a_minute()
    {
        Set(Maximum, "4000000");
        _host.Answer = ProposalOutcome.Overridden;
        Overflow(212_992);
        Assert.Equal((Blue.Id, Full, TimeSpan.FromMinutes(1)), _host.Mutes.Single());
    }

    [Theory]
    [InlineData(300_000L, "1000 2000 4000", "1250 2500 5000")]
    [InlineData(1500L, "1000 2000 4000", "1250 2500 5000")]
    [InlineData(1499L, "1000 2000 4000", "1000 2000 4000")] // a memory cgroup refused it, not udp_mem
    [InlineData(5_000_000_000L, "0 0 0", "0 0 0")]
    public void Memory_that_is_refused_raises_the_marks(long allocated, string marks, string expected)
    {
        Set(Marks, marks);
        Invoke(Memory, new udp_memory { allocated = allocated });
        Assert.Equal(expected, Get(Marks));
    }

    [Fact]
    public void An_hour_of_refused_memory_ends_at_the_shares()
    {
        Set(Marks, "16 32 64");
        for (var second = 0; second < 3600; second++)
            Invoke(Memory, new udp_memory { allocated = long.MaxValue });
        var free = _host.AvailablePages;
        Assert.Equal(TunableValue.Of(free / 16, free / 8, free / 4).Text, Get(Marks));
        Assert.Contains((Blue.Id, Memory, TimeSpan.FromSeconds(5)), _host.Mutes);
    }

    [Theory]
    [InlineData(Full)]
    [InlineData(Locked)]
    public void A_missing_setting_is_no_error(ushort kind)
    {
        _host.Values.Clear();
        Overflow(425_984, kind);
        Invoke(Memory, new udp_memory { allocated = 390_000 });
        Assert.Empty(_host.Proposals);
        Assert.Equal([kind, Memory], _host.Mutes.Select(m => m.Kind));
    }

    [Fact]
    public void Status_tells_what_was_dropped()
    {
        Overflow(212_992, suppressed: 9);
        Assert.Equal(("datagrams dropped at default buffers in blue", "10"), (_tuner.Facts().Single().Name, _tuner.Facts().Single().Value));
    }

    private void Set(string name, string value) => _host.Values[(name, FakeHost.Global.Id)] = TunableValue.Parse(value);

    private string Get(string name) => _host.Values[(name, FakeHost.Global.Id)].Text;

    private void Count(long received, long dropped)
    {
        _received += received;
        _dropped += dropped;
        _host.ProcNet["snmp"] = $"Udp: InDatagrams RcvbufErrors\nUdp: {_received} {_dropped}\n";
    }

    private void Overflow(uint buffer, ushort kind = Full, uint suppressed = 0, long allocated = 100, long maximum = 4_000_000)
    {
        var record = new udp_buffer_full { buffer = buffer, allocated = allocated };
        record.mem[0] = maximum / 40;
        record.mem[1] = maximum / 20;
        record.mem[2] = maximum;
        Invoke(kind, record, suppressed);
    }

    private void Invoke<T>(ushort kind, T record, uint suppressed = 0)
        where T : unmanaged
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in record));
        _declaration.Events[kind].Invoke(new TunerEvent(new EventHeader { Kind = kind, Suppressed = suppressed }, Blue), bytes);
    }
}
