using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Tuners.IpFragment;

/// <summary>Unfinished datagrams of one family in one namespace.</summary>
internal sealed class FragmentWatch(Tuner tuner, bool isIPv6)
{
    /// <summary>What lies further back tells nothing of now: a flood may have begun since.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    /// <summary>The kernel gives an unfinished datagram up after half a minute: sooner a flood's memory is not freed.</summary>
    private static readonly TimeSpan Starving = TimeSpan.FromSeconds(5);

    /// <summary>What a raise does shows in the datagrams that come after it, not in those that wait already.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly Tunable _tunable = isIPv6 ? FragmentTunables.IPv6 : FragmentTunables.IPv4;
    private readonly MeasuredRaise _raise = new(tuner, isIPv6 ? FragmentTunables.IPv6 : FragmentTunables.IPv4, Settling);
    private readonly Correlation _history = new();
    private FragmentCounters _base;
    private FragmentCounters _last;
    private long _since;
    private bool _begun;
    private long _floor;
    private FragmentDecision _decision;
    private NetworkNamespace? _namespace;

    /// <summary>Memory is near the threshold.</summary>
    public void On(in TunerEvent e, long memory)
    {
        var host = tuner.Host;
        _namespace = e.Namespace;
        if (!host.TryRead(_tunable, e.Namespace, out var value)
            || host.ReadProcNet(e.Namespace, isIPv6 ? "snmp6" : "snmp") is not { } text)
        {
            return;
        }

        var threshold = value[0];
        var counters = isIPv6 ? FragmentCounters.ParseIPv6(text) : FragmentCounters.Parse(text);
        Remember(counters, threshold);
        var interval = counters.Since(_base);
        _decision = FragmentPolicy.Decide(memory, threshold, interval, _history, host.LearningRate);
        var evidence = string.Create(
            CultureInfo.InvariantCulture,
            $"{memory} bytes of {threshold} wait for fragments; {interval.Completed} datagrams completed and {interval.Failed} failures of late");
        switch (_decision)
        {
            case FragmentDecision.Starve:
                host.Mute(e.Namespace, e.Header.Kind, Starving);
                break;
            case FragmentDecision.Raise:
                var ceiling = FragmentPolicy.Ceiling(
                    host.AvailablePages, Environment.SystemPageSize);
                _raise.Raise(
                    in e, value, host.LearningRate.Raise(threshold, ceiling),
                    "fragments_near_threshold", evidence, counters.Completed, counters.Failed);
                break;
            case FragmentDecision.Lower:
                Lower(in e, value, evidence);
                break;
            case FragmentDecision.Wait:
                break;
        }
    }

    /// <summary>What was seen, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_namespace is null)
            yield break;
        yield return new TunerFact(
            $"{(isIPv6 ? "IPv6" : "IPv4")} fragments in {_namespace.Name}",
            (_decision, _raise.IsResting) switch
            {
                (FragmentDecision.Starve, _) => "next to nothing is completed: more memory would not help",
                (_, true) => "more memory did not help",
                _ => string.Create(CultureInfo.InvariantCulture, $"{_last.Completed} datagrams completed, {_last.Failed} failures"),
            });
    }

    private void Remember(FragmentCounters counters, long threshold)
    {
        var now = tuner.Host.Time.GetTimestamp();
        if (!_begun)
        {
            // Of a namespace's past all counts: the counters began at 0 with it.
            _begun = true;
            _floor = threshold;
            _since = now;
        }
        else
        {
            var step = counters.Since(_last);
            if (step.Fragments > 0)
                _history.Add(threshold, (double)step.Failed / step.Fragments);
            if (tuner.Host.Time.GetElapsedTime(_since, now) > Recent)
            {
                _base = _last;
                _since = now;
            }
        }

        _last = counters;
        _floor = Math.Min(_floor, threshold);
    }

    private void Lower(in TunerEvent e, TunableValue value, string evidence)
    {
        var lowered = tuner.Host.LearningRate.Lower(value[0], _floor);
        if (lowered == value[0])
        {
            // Back at the beginning: what was learned on the way up says nothing more.
            _history.Clear();
            return;
        }

        var outcome = tuner.Host.Propose(new Proposal(
            _tunable, e.Namespace, value, TunableValue.Of(lowered), "fragment_failures_grow_with_threshold",
            string.Create(CultureInfo.InvariantCulture, $"{evidence}; correlation {_history.Coefficient:0.00} over {_history.Count} looks")));
        tuner.Host.Settle(in e, outcome);
    }
}
