using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Tuners.IpFragment;

/// <summary>Unfinished datagrams of one family in one namespace.</summary>
/// <param name="tuner">Whose it is.</param>
/// <param name="isIPv6">Which family.</param>
/// <param name="all">All of them: what they may fill together has a bound.</param>
internal sealed class FragmentWatch(Tuner tuner, bool isIPv6, Func<IEnumerable<FragmentWatch>> all)
{
    /// <summary>What lies further back tells nothing of now: a flood may have begun since.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    /// <summary>The kernel gives an unfinished datagram up after half a minute: sooner a flood's memory is not freed.</summary>
    private static readonly TimeSpan Useless = TimeSpan.FromSeconds(5);

    private readonly Tunable _tunable = isIPv6 ? FragmentTunables.IPv6 : FragmentTunables.IPv4;
    private FragmentCounters _base;
    private FragmentCounters _last;
    private long? _since;
    private FragmentDecision _decision;
    private NetworkNamespace? _namespace;
    private long _threshold;

    /// <summary>Memory is near the threshold, or fragments are refused.</summary>
    public void On(in TunerEvent e, long memory)
    {
        var host = tuner.Host;
        _namespace = e.Namespace;
        if (!host.TryRead(_tunable, e.Namespace, out var value)
            || host.ReadProcNet(e.Namespace, isIPv6 ? "snmp6" : "snmp") is not { } text)
        {
            return;
        }

        Remember(isIPv6 ? FragmentCounters.ParseIPv6(text) : FragmentCounters.Parse(text));
        var interval = _last.Since(_base);
        _decision = FragmentPolicy.Decide(memory, value[0], interval, host.LearningRate);
        if (_decision == FragmentDecision.Wait)
            return;
        _threshold = value[0];
        var ceiling = FragmentPolicy.Ceiling(
            host.AvailablePages, Environment.SystemPageSize, all().Sum(watch => watch._threshold) - _threshold);
        var raised = FragmentPolicy.Raise(value[0], ceiling, host.LearningRate);
        if (_decision == FragmentDecision.Starve || raised == value[0])
        {
            host.Mute(e.Namespace, e.Header.Kind, Useless);
            return;
        }

        host.Submit(in e, new Proposal(
            _tunable, e.Namespace, value, TunableValue.Of(raised), "fragments_near_threshold",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{memory} bytes of {value[0]} wait for fragments; {interval.Completed} datagrams completed and {interval.Failed} failures of late"))
        {
            Cycle = FragmentPolicy.Cycle(
                host.TryRead(isIPv6 ? FragmentTunables.IPv6Time : FragmentTunables.IPv4Time, e.Namespace, out var time) ? time[0] : null),
        });
    }

    /// <summary>What was seen, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_namespace is null)
            yield break;
        yield return new TunerFact(
            $"{(isIPv6 ? "IPv6" : "IPv4")} fragments in {_namespace.Name}",
            _decision == FragmentDecision.Starve
                ? "next to nothing is completed: more memory would not help"
                : string.Create(CultureInfo.InvariantCulture, $"{_last.Completed} datagrams completed, {_last.Failed} failures"));
    }

    private void Remember(FragmentCounters counters)
    {
        // Of a namespace's past all counts at first: the counters began at 0 with it.
        var now = tuner.Host.Time.GetTimestamp();
        _since ??= now;
        if (tuner.Host.Time.GetElapsedTime(_since.Value, now) > Recent)
        {
            _base = _last;
            _since = now;
        }

        _last = counters;
    }
}
