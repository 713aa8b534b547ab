using System.Globalization;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using BpfTune.TestTuners.Restless;

[assembly: TunerExport(typeof(RestlessTuner))]

namespace BpfTune.TestTuners.Restless;

/// <summary>
/// A tuner that raises a few settings of the daemon's own namespace a thousand times a second, so that whatever ends the
/// daemon ends it in the midst of a change. BPFTUNE_TEST_CHANGES says after how many it rests; never, without it.
/// </summary>
internal sealed class RestlessTuner : Tuner
{
    private static readonly Tunable[] s_tunables =
    [
        Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Count, "memory of a receiver"),
        Tunable.Triple("net.ipv4.tcp_wmem", TunableScope.Namespace, TunableUnit.Count, "memory of a sender"),
        new("net.ipv4.tcp_max_syn_backlog", TunableScope.Namespace, TunableUnit.Count, "requests that wait"),
        new("net.ipv4.ipfrag_high_thresh", TunableScope.Namespace, TunableUnit.Count, "memory of fragments"),
        new("net.ipv6.ip6frag_high_thresh", TunableScope.Namespace, TunableUnit.Count, "memory of fragments"),
    ];

    private readonly int _most = int.TryParse(Environment.GetEnvironmentVariable("BPFTUNE_TEST_CHANGES"), NumberStyles.None, CultureInfo.InvariantCulture, out var most)
        ? most
        : int.MaxValue;

    private int _turns;
    private int _changes;

    public override string Name => "restless";

    public override string Summary => "changes without end";

    public override void Declare(TunerDeclaration declaration) => declaration.Manages(s_tunables);

    public override IEnumerable<TunerFact> Facts() => [new("changes", _changes.ToString(CultureInfo.InvariantCulture))];

    public override IEnumerable<string> Deeds() => _changes == 0 ? [] : ["it did not rest"];

    protected override void OnStarted(BpfLoadedObject? bpf) => Arm();

    private void Arm()
    {
        if (_changes < _most)
            Host.After(TimeSpan.Zero, Move);
    }

    private void Move()
    {
        var tunable = s_tunables[_turns++ % s_tunables.Length];
        if (Host.TryRead(tunable, Host.GlobalNamespace, out var old))
        {
            var last = old.Numbers.Length - 1;
            var proposal = new Proposal(
                tunable, Host.GlobalNamespace, old, old.With(last, old[last] + 64), "restless",
                string.Create(CultureInfo.InvariantCulture, $"turn {_turns}"));
            if (Host.Propose(proposal) == ProposalOutcome.Applied)
                _changes++;
        }

        Arm();
    }
}
