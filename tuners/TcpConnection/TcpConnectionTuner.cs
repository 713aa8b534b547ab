using System.Globalization;
using System.Runtime.InteropServices;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using BpfTune.Tuners.TcpConnection;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

[assembly: TunerExport(typeof(TcpConnectionTuner))]

namespace BpfTune.Tuners.TcpConnection;

/// <summary>Chooses the congestion control of connections; see bpftune-tcp_conn(8).</summary>
internal sealed class TcpConnectionTuner : Tuner
{
    /// <summary>More than that would fill a screen.</summary>
    private const int MostFacts = 32;

    private const int NoSuchFile = -2;

    /// <summary>At most one preference in so long is told above debug level: a busy server has many remotes.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly AlgorithmTable _algorithms = new();
    private readonly RemoteTable _remotes;
    private readonly Func<string, bool> _load;
    private readonly Dictionary<NamespaceId, bool> _permitted = [];
    private readonly HashSet<string> _asked = [];
    private readonly HashSet<string> _allowed = [];
    private IChoiceTable? _choices;
    private long? _toldAt;
    private bool _toldCannotSwitch;
    private bool _toldNoRoom;

    public TcpConnectionTuner()
        : this(null, KernelAlgorithms.TryLoad)
    {
    }

    internal TcpConnectionTuner(IChoiceTable? choices, Func<string, bool> load)
    {
        _choices = choices;
        _load = load;
        _remotes = new RemoteTable(remote =>
        {
            if (remote.Published is not null)
                _choices?.Remove(remote.Key);
        });
    }

    /// <inheritdoc/>
    public override string Name => "tcp_conn";

    /// <inheritdoc/>
    public override string Summary => "congestion control of each TCP connection";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Manages(TcpConnectionTunables.Allowed, TcpConnectionTunables.Default)
        .Hook(new Hook(
            "connections",
            "every connection keeps the congestion control that its namespace has by default",
            Mechanism.Bpf(ProgramNames.bpftune_conn_so)))
        .On<conn_event>((ushort)tcp_conn_event.TCP_CONN_OUTCOME, OnOutcome)
        .On<conn_event>((ushort)tcp_conn_event.TCP_CONN_LOSSY, OnLossy)
        .On<conn_unknown>((ushort)tcp_conn_event.TCP_CONN_UNKNOWN, OnUnknown);

    /// <inheritdoc/>
    public override IEnumerable<TunerFact> Facts() => _remotes.Values
        .OrderByDescending(r => r.LastUse)
        .Take(MostFacts)
        .Select(r => new TunerFact($"{r.Key} in {r.Namespace.Name}", Describe(r)));

    /// <inheritdoc/>
    public override IEnumerable<string> Deeds() => (_choices?.Deeds() ?? default).Describe(_remotes, _algorithms);

    /// <inheritdoc/>
    public override void OnNamespaceGone(NamespaceId id)
    {
        base.OnNamespaceGone(id);
        _remotes.Forget(id);
        if (_permitted.Remove(id))
            _choices?.Forget(id);
    }

    /// <inheritdoc/>
    public override void OnOverrideChanged(NamespaceId id, bool overridden)
    {
        if (_permitted.TryGetValue(id, out var permitted) && permitted != overridden)
            return;
        if (_choices?.Permit(id, !overridden) != false)
        {
            _permitted[id] = !overridden;
            return;
        }

        _permitted.Remove(id);
        if (!_toldNoRoom)
            ConnectionLog.NoRoomForNamespace(Host.Log, id.Inode);
        _toldNoRoom = true;
    }

    /// <inheritdoc/>
    protected override void OnStarted(BpfLoadedObject? bpf)
    {
        if (bpf is not null)
            _choices = new BpfChoiceTable(Loaded.From(bpf));
        TakeUpAvailable();
        // The program in the kernel switches to it by itself, and cannot load modules.
        Want(AlgorithmTable.Bbr);
        IsOverridden(Host.GlobalNamespace);
    }

    private void OnUnknown(in TunerEvent e, in conn_unknown record)
    {
        IsOverridden(e.Namespace);
        // Where there was no room for it there will be none soon.
        if (!_permitted.ContainsKey(e.Namespace.Id))
            Host.Mute(e.Namespace, e.Header.Kind, ProposalFollowUp.WhenRefused);
    }

    private void OnOutcome(in TunerEvent e, in conn_event record)
    {
        var overridden = IsOverridden(e.Namespace);
        if (!ConnectionOutcome.TryRead(in record, out var outcome))
            return;
        var ecn = record.ecn != 0;
        // A tenant's connections have no modules loaded into the kernel that all share.
        if (!e.Namespace.IsTenant)
        {
            foreach (var candidate in AlgorithmTable.General)
                Want(candidate);
            if (ecn)
                Want(AlgorithmTable.Dctcp);
        }

        var index = _algorithms.IndexOf(record.algorithm.Text);
        if (index < 0)
            index = TakeUpDefault(record.algorithm.ToString());
        // dctcp elsewhere was not chosen here: whoever made it the default knows the network.
        if (index < 0 || !_algorithms.IsSafe(index, ecn))
            return;
        var remote = _remotes.Get(RemoteKey.Of(in record.key), e.Namespace);
        remote.Learn(index, in outcome, ecn, Host.LearningRate);
        ConnectionLog.Learned(
            Host.Log, remote.Key, e.Namespace.Phrase, _algorithms.Names[index],
            outcome.Rtt, remote.Limits.MinRtt, outcome.Rate, remote.Limits.MaxRate, remote.Cost(index));
        if (!overridden)
            Publish(remote);
    }

    private void OnLossy(in TunerEvent e, in conn_event record)
    {
        if (IsOverridden(e.Namespace))
            return;
        if (record.error != 0)
        {
            if (_toldCannotSwitch)
                return;
            _toldCannotSwitch = true;
            ConnectionLog.CannotSwitch(
                Host.Log,
                record.error == NoSuchFile ? "this kernel has no congestion control bbr" : $"the kernel refused it (errno {-record.error})");
            return;
        }

        var remote = _remotes.Get(RemoteKey.Of(in record.key), e.Namespace);
        var algorithm = record.algorithm.ToString();
        if (++remote.Lossy == 1 && !e.Namespace.IsTenant)
            ConnectionLog.Switched(Host.Log, remote.Key, e.Namespace.Phrase, record.retransmits, record.segments, algorithm);
        else
            ConnectionLog.SwitchedAgain(Host.Log, remote.Key, e.Namespace.Phrase, record.retransmits, record.segments, algorithm);
        Allow(e.Namespace, AlgorithmTable.Bbr, "lossy_connections", string.Create(
            CultureInfo.InvariantCulture,
            $"a connection to {remote.Key} in {e.Namespace.Phrase} had to send {record.retransmits} of {record.segments} segments again"));
    }

    /// <summary>Whether to keep out of a namespace. Asked at events too: an override may be older than this daemon.</summary>
    private bool IsOverridden(NetworkNamespace networkNamespace)
    {
        var overridden = Host.IsOverridden(networkNamespace);
        OnOverrideChanged(networkNamespace.Id, overridden);
        return overridden;
    }

    private void Publish(Remote remote)
    {
        if (remote.Choose(_algorithms) is not { } choice)
            return;
        if (remote.Published is not { } published || !IsSame(in choice, in published))
        {
            if (_choices?.Set(remote.Key, in choice) == true)
                remote.Published = choice;
            else
                ConnectionLog.NoRoom(Host.Log, remote.Key.ToString());
        }

        if (choice.best == remote.Preferred || !ConnectionPolicy.IsSettled(choice.candidates, remote.Estimates))
            return;
        remote.Preferred = choice.best;
        var (name, costs) = (_algorithms.Names[choice.best], remote.Costs(_algorithms));
        if (remote.Namespace.IsTenant || (_toldAt is { } at && Host.Time.GetElapsedTime(at) < LogInterval))
        {
            ConnectionLog.PrefersAgain(Host.Log, remote.Key, remote.Namespace.Phrase, name, costs);
        }
        else
        {
            _toldAt = Host.Time.GetTimestamp();
            ConnectionLog.Prefers(Host.Log, remote.Key, remote.Namespace.Phrase, name, costs);
        }

        Allow(remote.Namespace, name, "algorithm_preferred", $"connections to {remote.Key} in {remote.Namespace.Phrase} get it; costs (connections): {costs}");
    }

    /// <summary>
    /// What is good for connections here may be chosen by programs too, and be the default of namespaces. Never dctcp:
    /// a program that takes it does so on any route.
    /// </summary>
    private void Allow(NetworkNamespace where, string name, string scenario, string evidence)
    {
        // The list is the machine's: a tenant's connections say nothing about it.
        if (where.IsTenant || _allowed.Contains(name)
            || !Host.TryRead(TcpConnectionTunables.Allowed, Host.GlobalNamespace, out var allowed)
            || !Host.TryRead(TcpConnectionTunables.Available, Host.GlobalNamespace, out var available))
        {
            return;
        }

        var wanted = ConnectionPolicy.Allow(allowed.Text, available.Text, name);
        if (wanted is null || Host.Propose(new Proposal(
            TcpConnectionTunables.Allowed, Host.GlobalNamespace, allowed, TunableValue.Parse(wanted), scenario, evidence)) != ProposalOutcome.Stale)
        {
            _allowed.Add(name);
        }
    }

    /// <summary>Has the kernel load an algorithm if it can; asked once.</summary>
    private void Want(string name)
    {
        if (_algorithms.IndexOf(name) >= 0 || !_asked.Add(name))
            return;
        var loaded = false;
        Host.RunAside(() => loaded = _load(name), () =>
        {
            if (loaded)
                TakeUp(name);
            else
                ConnectionLog.Absent(Host.Log, name);
        });
    }

    private void TakeUpAvailable()
    {
        if (!Host.TryRead(TcpConnectionTunables.Available, Host.GlobalNamespace, out var available))
            return;
        foreach (var name in available.Text.Split(' '))
        {
            if (name == AlgorithmTable.Dctcp || Array.IndexOf(AlgorithmTable.General, name) >= 0)
                TakeUp(name);
        }
    }

    /// <summary>The number of an algorithm that connections run under and that is none of ours; -1 if it is better left alone.</summary>
    private int TakeUpDefault(string name)
    {
        if (!AlgorithmTable.IsDeliberate(name))
            TakeUp(name);
        return _algorithms.IndexOf(name);
    }

    private void TakeUp(string name)
    {
        if (_algorithms.Add(name))
            _choices?.Name(_algorithms.IndexOf(name), name);
    }

    private static bool IsSame(in conn_choice one, in conn_choice other) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<conn_choice>(in one))
            .SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<conn_choice>(in other)));

    private string Describe(Remote remote)
    {
        var costs = remote.Costs(_algorithms);
        var text = costs.Length == 0 ? "costs unknown yet" : $"cost by algorithm (connections): {costs}";
        if (remote.Preferred >= 0)
            text = $"{_algorithms.Names[remote.Preferred]} preferred; {text}";
        if (remote.Limits.MinRtt > 0)
            text += string.Create(CultureInfo.InvariantCulture, $"; least round trip {remote.Limits.MinRtt / 1000:0.0} ms, best rate {remote.Limits.MaxRate * 8 / 1e6:0.0} Mbit/s");
        return remote.Lossy == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}; {remote.Lossy} switched to bbr for loss");
    }
}
