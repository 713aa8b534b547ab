using BpfTune.LibBpf;
using BpfTune.Sdk;
using BpfTune.Tuners.TcpBuffer;
using static BpfTune.Tuners.TcpBuffer.TcpBufferBpf;

[assembly: TunerExport(typeof(TcpBufferTuner))]

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>Tunes TCP's buffers, its memory limits and the SYN queue; see bpftune-tcp_buffer(8).</summary>
internal sealed class TcpBufferTuner : Tuner
{
    /// <summary>How many times the bandwidth-delay product a buffer's maximum may be; see bpf/tcp_buffer.bpf.c.</summary>
    internal const uint ReceiveRoom = 4;

    /// <inheritdoc cref="ReceiveRoom"/>
    internal const uint SendRoom = 2;

    private readonly NamespaceMap<BufferWatch> _receive;
    private readonly NamespaceMap<BufferWatch> _send;
    private readonly NamespaceMap<SynWatch> _syn;
    private readonly NamespaceMap<MemorySaving> _saving;
    private readonly MemoryWatch _memory;

    public TcpBufferTuner()
    {
        _receive = PerNamespace(_ => new BufferWatch(this, TcpTunables.ReceiveBuffer, "rcvbuf", ReceiveRoom, "InOctets"));
        _send = PerNamespace(_ => new BufferWatch(this, TcpTunables.SendBuffer, "sndbuf", SendRoom, "OutOctets"));
        _syn = PerNamespace(ns => new SynWatch(this, ns));
        _saving = PerNamespace(ns => new MemorySaving(this, ns));
        _memory = new MemoryWatch(this, (ushort)tcp_buffer_event.TCP_BUFFER_MEMORY, _saving);
    }

    /// <inheritdoc/>
    public override string Name => "tcp_buffer";

    /// <inheritdoc/>
    public override string Summary => "TCP buffer maxima, TCP memory limits, SYN queue";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image, bpf =>
        {
            bpf.SetVariable("receive_room", ReceiveRoom);
            bpf.SetVariable("send_room", SendRoom);
        })
        .Manages(
            TcpTunables.ReceiveBuffer, TcpTunables.SendBuffer, TcpTunables.ModerateReceiveBuffer,
            TcpTunables.Memory, TcpTunables.NoMetricsSave, TcpTunables.NoSlowStartThresholdSave, TcpTunables.HighOrderAllocDisable,
            TcpTunables.SynBacklog, TcpTunables.SynCookies)
        .Hook(new Hook(
            "receive_buffer",
            "the maximum of tcp_rmem is not raised",
            Mechanism.Bpf(ProgramNames.bpftune_rcvgrow_tb),
            Mechanism.Bpf(ProgramNames.bpftune_rcvgrow_rt),
            Mechanism.Bpf(ProgramNames.bpftune_rcvspace_tb),
            Mechanism.Bpf(ProgramNames.bpftune_rcvspace_rt)))
        .Hook(new Hook(
            "send_buffer",
            "the maximum of tcp_wmem is not raised",
            Mechanism.Bpf(ProgramNames.bpftune_sndexp_fe),
            Mechanism.Bpf(ProgramNames.bpftune_sndexp_kp),
            Mechanism.Bpf(ProgramNames.bpftune_snd_so)))
        .Hook(new Hook(
            "memory_pressure",
            "tcp_mem is raised only when it is exceeded, not before",
            Mechanism.Bpf(ProgramNames.bpftune_mempres_fe),
            Mechanism.Bpf(ProgramNames.bpftune_mempres_kp),
            Mechanism.Bpf(ProgramNames.bpftune_mem_so)))
        .Hook(new Hook(
            "memory_exceeded",
            "sockets that were refused memory are not noticed",
            Mechanism.Bpf(ProgramNames.bpftune_memexc_tb),
            Mechanism.Bpf(ProgramNames.bpftune_memexc_rt)))
        .Hook(new Hook(
            "syn_backlog",
            "tcp_max_syn_backlog and tcp_syncookies are not tuned",
            Mechanism.Bpf(ProgramNames.bpftune_synflood_fe),
            Mechanism.Bpf(ProgramNames.bpftune_synflood_kp),
            Mechanism.ProcCounter(
                "TCPReqQFullDrop, TCPReqQFullDoCookies and ListenDrops in /proc/net/netstat",
                ProgramNames.bpftune_syn_so, ProgramNames.bpftune_synack_rt)))
        .Available("tcp_rcvbuf_grow", "Linux 6.18 has it, 6.12 does not")
        .Available("tcp_sndbuf_expand", "the compiler inlines it in kernels built with clang's link-time optimisation")
        .Available("tcp_syn_flood_action", "the compiler inlines it in some kernels, Linux 6.1 of Debian among them")
        .On<buffer_event>((ushort)tcp_buffer_event.TCP_BUFFER_RECEIVE, OnReceive)
        .On<buffer_event>((ushort)tcp_buffer_event.TCP_BUFFER_SEND, OnSend)
        .On<buffer_event>((ushort)tcp_buffer_event.TCP_BUFFER_RECEIVE_FULL, OnReceive)
        .On<buffer_event>((ushort)tcp_buffer_event.TCP_BUFFER_SEND_FULL, OnSend)
        .On<memory_event>((ushort)tcp_buffer_event.TCP_BUFFER_MEMORY, OnMemory)
        .On<syn_event>((ushort)tcp_buffer_event.TCP_BUFFER_SYN, OnSyn);

    /// <inheritdoc/>
    public override IEnumerable<TunerFact> Facts()
    {
        foreach (var watch in _receive.Values.Concat(_send.Values))
        {
            foreach (var fact in watch.Facts())
                yield return fact;
        }

        foreach (var fact in _memory.Facts())
            yield return fact;
    }

    /// <inheritdoc/>
    public override void OnNamespaceGone(NamespaceId id)
    {
        _saving.Find(id)?.Stop();
        _receive.Find(id)?.Stop();
        _send.Find(id)?.Stop();
        base.OnNamespaceGone(id);
    }

    /// <inheritdoc/>
    public override void OnStopping()
    {
        foreach (var saving in _saving.Values)
            saving.Stop();
        foreach (var watch in _receive.Values.Concat(_send.Values))
            watch.Stop();
    }

    private void OnReceive(in TunerEvent e, in buffer_event record)
    {
        if (record.moderate == 0)
            TurnOnModeration(e.Namespace);
        _receive[e.Namespace].On(in e, in record);
    }

    private void OnSend(in TunerEvent e, in buffer_event record) => _send[e.Namespace].On(in e, in record);

    private void OnMemory(in TunerEvent e, in memory_event record) => _memory.On(in e, record.allocated);

    private void OnSyn(in TunerEvent e, in syn_event record) => _syn[e.Namespace].Look();

    private void TurnOnModeration(NetworkNamespace networkNamespace)
    {
        if (!Host.TryRead(TcpTunables.ModerateReceiveBuffer, networkNamespace, out var value) || value[0] != 0)
            return;
        Host.Propose(new Proposal(
            TcpTunables.ModerateReceiveBuffer, networkNamespace, value, TunableValue.Of(1),
            "receive_buffers_fixed", "a receive buffer wants to grow and tcp_moderate_rcvbuf is 0"));
    }
}
