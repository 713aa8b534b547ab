using System.Runtime.InteropServices;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Running;
using BpfTune.Sdk;
using BpfTune.Tuners.IpFragment;
using BpfTune.Tuners.NeighbourTable;
using BpfTune.Tuners.NetBuffer;
using BpfTune.Tuners.RouteTable;
using BpfTune.Tuners.TcpBuffer;
using BpfTune.Tuners.TcpConnection;
using BpfTune.Tuners.Tests;
using BpfTune.Tuners.Tests.TcpConnection;
using BpfTune.Tuners.UdpBuffer;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Fuzz.Tests;

/// <summary>Records of the ring: of a program that is older than its tuner, of a tuner that was unloaded, or nonsense.</summary>
public sealed class EventFuzzTests
{
    private static readonly NetworkNamespace[] s_places =
        [FakeHost.Global, .. Enumerable.Range(1, 4).Select(i => new NetworkNamespace(new NamespaceId(4026532000u + (uint)i, (ulong)i), $"n{i}", false))];

    public static TheoryData<string> Tuners => [.. s_tuners.Keys];

    private static readonly Dictionary<string, Func<Tuner>> s_tuners = new()
    {
        ["ip_frag"] = () => new IpFragmentTuner(),
        ["neigh_table"] = () => new NeighTableTuner(),
        ["net_buffer"] = () => new NetBufferTuner(),
        ["route_table"] = () => new RouteTableTuner(),
        ["tcp_buffer"] = () => new TcpBufferTuner(),
        ["tcp_conn"] = () => new TcpConnectionTuner(new FakeChoices(), _ => false),
        ["udp_buffer"] = () => new UdpBufferTuner(),
    };

    [Fact]
    public void Any_record_finds_its_tuner_or_is_counted_as_nobodys() => Fuzz.Run("records", Fuzz.Bytes(new byte[32], new byte[400]), record =>
    {
        var engines = 0;
        var dispatcher = new EventDispatcher
        {
            OnEngineEvent = (in EventHeader _, ReadOnlySpan<byte> _) => engines++,
            Calls = new TunerCalls((_, _) => { }, null),
            Faults = new FaultLog(TimeProvider.System, NullLogger.Instance),
            Resolve = _ => FakeHost.Global,
            OnFailure = (_, e) => throw e,
        };
        dispatcher.OnRecord(record);
        Assert.Equal(1, engines + dispatcher.Stray);
    });

    [Theory]
    [MemberData(nameof(Tuners))]
    public void Any_events_in_any_order_leave_a_tuner_whole(string name) => Fuzz.Run(
        "events_" + name,
        Gen.Select(Gen.Int[0, s_places.Length - 1], Gen.Int[0, 10], Gen.Byte.Array[0, 512], Gen.Int[0, 2_000_000]).Array[1, 30],
        events =>
        {
            var host = new FakeHost();
            var tuner = s_tuners[name]();
            var declaration = new TunerDeclaration();
            tuner.Declare(declaration);
            foreach (var tunable in declaration.Tunables)
            {
                foreach (var place in s_places)
                    host.Values[(tunable.Name, place.Id)] = Usual(tunable);
            }

            tuner.Start(host, null);
            var bindings = declaration.Events.Values.ToArray();
            foreach (var (place, kind, bytes, wait) in events)
            {
                if (bindings.Length > 0)
                {
                    // The dispatcher hands over no record that is shorter than what the tuner reads.
                    var binding = bindings[kind % bindings.Length];
                    var record = new byte[Math.Max(binding.Size, bytes.Length)];
                    bytes.CopyTo(record, 0);
                    var header = MemoryMarshal.Read<EventHeader>(record);
                    binding.Invoke(new TunerEvent(in header, s_places[place]), record);
                }

                host.Advance(TimeSpan.FromMilliseconds(wait));
            }

            Assert.NotNull(tuner.Facts().ToArray());
            foreach (var place in s_places)
                tuner.OnNamespaceGone(place.Id);
            tuner.OnStopping();
            Assert.All(host.Proposals, proposal => Assert.NotEmpty(proposal.Evidence));
        },
        events => $"{events.Length} events");

    private static TunableValue Usual(Tunable tunable) => tunable.Unit == TunableUnit.Text
        ? TunableValue.Parse("reno cubic")
        : TunableValue.Of([.. tunable.Members.Select((_, i) => 4096L << (i * 3))]);
}
