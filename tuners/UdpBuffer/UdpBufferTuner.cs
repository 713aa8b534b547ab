using BpfTune.Sdk;
using BpfTune.Tuners.UdpBuffer;
using static BpfTune.Tuners.UdpBuffer.UdpBufferBpf;

[assembly: TunerExport(typeof(UdpBufferTuner))]

namespace BpfTune.Tuners.UdpBuffer;

/// <summary>Tunes UDP's receive buffers and its memory limits; see bpftune-udp_buffer(8).</summary>
internal sealed class UdpBufferTuner : Tuner
{
    private readonly NamespaceMap<BufferWatch> _default;
    private readonly NamespaceMap<BufferWatch> _locked;
    private readonly MemoryWatch _memory;

    public UdpBufferTuner()
    {
        _default = PerNamespace(_ => new BufferWatch(this, isLocked: false));
        _locked = PerNamespace(_ => new BufferWatch(this, isLocked: true));
        _memory = new MemoryWatch(this);
    }

    /// <inheritdoc/>
    public override string Name => "udp_buffer";

    /// <inheritdoc/>
    public override string Summary => "UDP receive buffers, UDP memory limits";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Manages(UdpTunables.ReceiveDefault, UdpTunables.ReceiveMaximum, UdpTunables.Memory)
        .Hook(new Hook(
            "receive_buffer_full",
            "rmem_default and rmem_max are not raised",
            Mechanism.Bpf(ProgramNames.bpftune_udpdrop_tb),
            Mechanism.Bpf(ProgramNames.bpftune_udpdrop_rt)))
        .Hook(new Hook(
            "memory_exceeded",
            "udp_mem is not raised",
            Mechanism.Bpf(ProgramNames.bpftune_udpmem_tb),
            Mechanism.Bpf(ProgramNames.bpftune_udpmem_rt)))
        .On<udp_buffer_full>((ushort)udp_buffer_event.UDP_BUFFER_FULL, OnFull, TunableScope.Machine)
        .On<udp_buffer_full>((ushort)udp_buffer_event.UDP_BUFFER_LOCKED, OnLocked, TunableScope.Machine)
        .On<udp_memory>((ushort)udp_buffer_event.UDP_BUFFER_MEMORY, OnMemory, TunableScope.Machine);

    /// <inheritdoc/>
    public override IEnumerable<TunerFact> Facts() =>
        [.. _default.Values.SelectMany(w => w.Facts()), .. _locked.Values.SelectMany(w => w.Facts()), .. _memory.Facts()];

    private void OnFull(in TunerEvent e, in udp_buffer_full record) => _default[e.Namespace].On(in e, in record);

    private void OnLocked(in TunerEvent e, in udp_buffer_full record) => _locked[e.Namespace].On(in e, in record);

    private void OnMemory(in TunerEvent e, in udp_memory record) => _memory.On(in e, in record);
}
