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
        .On<conn_event>((ushort)tcp_conn_event.TCP_CONN_BAD, OnBad)
        .On<conn_unknown>((ushort)tcp_conn_event.TCP_CONN_UNKNOWN, OnUnknown);

    /// <inheritdoc/>
    public override IEnumerable<TunerFact> Facts() => _remotes.Values
        .OrderByDescending(r => r.LastUse)
        .Take(MostFacts)
        .Select(r => new TunerFact($"{r.Key} in {r.Namespace.Name}", r.Describe(_algorithms, Host.Time)));

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
            // The program in the kernel switches to it by itself, and cannot load modules. Where it may not switch, nothing is loaded.
            if (!overridden)
                Want(AlgorithmTable.Bbr);
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
        if (Learn(in e, in record, out _) is { } remote && !overridden)
            Publish(remote);
    }

    private void OnBad(in TunerEvent e, in conn_event record)
    {
        if (Learn(in e, in record, out var index) is not { } remote)
            return;
        remote.Fail(index, record.cause == (uint)conn_cause.CONN_TRIAL, Host.Time);
        var name = _algorithms.Names[index];
        if (IsTold(remote))
            ConnectionLog.WentBadlyAgain(Host.Log, remote.Key, e.Namespace.Phrase, record.rate, name, record.enough);
        else
            ConnectionLog.WentBadly(Host.Log, remote.Key, e.Namespace.Phrase, record.rate, name, record.enough);
        if (!IsOverridden(e.Namespace))
            Publish(remote);
    }

    /// <summary>Takes in what a connection told; null when nothing is to be learned from it.</summary>
    private Remote? Learn(in TunerEvent e, in conn_event record, out int index)
    {
        var ecn = record.ecn != 0;
        // A tenant's connections have no modules loaded into the kernel that all share, nor those that are left alone.
        if (!e.Namespace.IsTenant && !Host.IsOverridden(e.Namespace))
        {
            foreach (var candidate in AlgorithmTable.General)
                Want(candidate);
            if (ecn)
                Want(AlgorithmTable.Dctcp);
        }

        index = _algorithms.IndexOf(record.algorithm.Text);
        if (index < 0)
            index = TakeUpDefault(record.algorithm.ToString());
        // dctcp elsewhere was not chosen here: whoever made it the default knows the network.
        if (index < 0 || !_algorithms.IsSafe(index, ecn))
            return null;
        var remote = _remotes.Get(RemoteKey.Of(in record.key), e.Namespace);
        var outcome = remote.Learn(index, in record, Host.LearningRate) ?? default;
        ConnectionLog.Learned(
            Host.Log, remote.Key, e.Namespace.Phrase, _algorithms.Names[index], outcome.Rtt, remote.Limits.MinRtt, outcome.Rate,
            remote.Limits.MaxRate, record.clean, record.queued, record.retransmits, record.segments);
        return remote;
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
        remote.Move();
        if (remote.Lossy == 1 && !e.Namespace.IsTenant)
            ConnectionLog.Switched(Host.Log, remote.Key, e.Namespace.Phrase, record.retransmits, record.segments, algorithm);
        else
            ConnectionLog.SwitchedAgain(Host.Log, remote.Key, e.Namespace.Phrase, record.retransmits, record.segments, algorithm);
        Allow(e.Namespace, AlgorithmTable.Bbr, "lossy_connections", string.Create(
            CultureInfo.InvariantCulture,
            $"a connection to {remote.Key} in {e.Namespace.Phrase} had to send {record.retransmits} of {record.segments} segments again, with no queue on the way"));
        Publish(remote);
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
        var choice = remote.Choose(_algorithms, Host.Time);
        if (remote.Published is not { } published || !IsSame(in choice, in published))
        {
            if (_choices?.Set(remote.Key, in choice) == true)
                remote.Published = choice;
            else
                ConnectionLog.NoRoom(Host.Log, remote.Key.ToString());
        }

        var preferred = choice.best == ConnectionPolicy.NoAlgorithm ? ConnectionPolicy.None : choice.best;
        if (preferred == remote.Preferred)
            return;
        remote.Preferred = preferred;
        var why = remote.Why(_algorithms);
        var told = IsTold(remote);
        if (preferred < 0)
        {
            if (told)
                ConnectionLog.PrefersDefaultAgain(Host.Log, remote.Key, remote.Namespace.Phrase, why);
            else
                ConnectionLog.PrefersDefault(Host.Log, remote.Key, remote.Namespace.Phrase, why);
            return;
        }

        var name = _algorithms.Names[preferred];
        if (told)
            ConnectionLog.PrefersAgain(Host.Log, remote.Key, remote.Namespace.Phrase, name, why);
        else
            ConnectionLog.Prefers(Host.Log, remote.Key, remote.Namespace.Phrase, name, why);
        Allow(remote.Namespace, name, "algorithm_preferred", $"connections to {remote.Key} in {remote.Namespace.Phrase} get it: {why}");
    }

    /// <summary>Whether enough was said above debug level of late.</summary>
    private bool IsTold(Remote remote)
    {
        if (remote.Namespace.IsTenant || (_toldAt is { } at && Host.Time.GetElapsedTime(at) < LogInterval))
            return true;
        _toldAt = Host.Time.GetTimestamp();
        return false;
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
}
