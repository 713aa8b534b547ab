using BpfTune.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Tuners.Tests;

/// <summary>A host over a table of values: what a tuner proposes is applied to it.</summary>
internal sealed class FakeHost : ITunerHost
{
    private readonly List<(TimeSpan Due, Action Callback, Timer Timer)> _timers = [];

    public static NetworkNamespace Global { get; } = new(new NamespaceId(4026531840, 1), "global", true);

    public Dictionary<(string Tunable, NamespaceId Namespace), TunableValue> Values { get; } = [];

    public Dictionary<string, string> ProcNet { get; } = [];

    public List<Proposal> Proposals { get; } = [];

    public List<(NamespaceId Namespace, ushort Kind, TimeSpan Duration)> Mutes { get; } = [];

    public ManualTime Clock { get; } = new();

    public ProposalOutcome? Answer { get; set; }

    public ILogger Log => NullLogger.Instance;

    public LearningRate LearningRate { get; set; } = LearningRate.Default;

    public TimeProvider Time => Clock;

    public NetworkNamespace GlobalNamespace => Global;

    public long AvailablePages { get; set; } = 6_000_000;

    public bool HasTenants { get; set; }

    public IReadOnlyList<HookStatus> Hooks => [];

    public int TimerCount => _timers.Count;

    public ProposalOutcome Propose(Proposal proposal)
    {
        if (proposal.Before is { } before && Propose(before) is var outcome and not ProposalOutcome.Applied)
            return outcome;
        Proposals.Add(proposal);
        if (Answer is { } answer)
            return answer;
        Values[(proposal.Tunable.Name, proposal.Namespace.Id)] = proposal.New;
        return ProposalOutcome.Applied;
    }

    public bool IsOverridden(NetworkNamespace networkNamespace) => Answer == ProposalOutcome.Overridden;

    public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, out TunableValue value)
    {
        var where = tunable.Scope == TunableScope.Machine ? Global : networkNamespace;
        return Values.TryGetValue((tunable.Name, where.Id), out value!);
    }

    public string? ReadProcNet(NetworkNamespace networkNamespace, string file) => ProcNet.GetValueOrDefault(file);

    public IDisposable After(TimeSpan delay, Action callback)
    {
        var timer = new Timer(_timers);
        _timers.Add((Clock.Now + delay, callback, timer));
        return timer;
    }

    public void RunAside(Action work, Action then)
    {
        work();
        then();
    }

    public void Mute(NetworkNamespace networkNamespace, ushort kind, TimeSpan duration) => Mutes.Add((networkNamespace.Id, kind, duration));

    /// <summary>Lets time pass and runs the timers that come due.</summary>
    public void Advance(TimeSpan by)
    {
        var end = Clock.Now + by;
        while (_timers.Where(t => t.Due <= end).OrderBy(t => t.Due).Select(t => (ValueTuple<TimeSpan, Action, Timer>?)t).FirstOrDefault() is { } next)
        {
            _timers.Remove(next);
            Clock.Now = next.Item1;
            next.Item2();
        }

        Clock.Now = end;
    }

    internal sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    internal sealed class Timer(List<(TimeSpan Due, Action Callback, Timer Timer)> timers) : IDisposable
    {
        public void Dispose() => timers.RemoveAll(t => t.Timer == this);
    }
}
