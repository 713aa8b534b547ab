using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// A raise that is measured: what was lost is counted before the first write, then, when what was begun before it has
/// gone by, after it. Raises that follow before the judgement are the same trial, within the effect's reach.
/// </summary>
/// <param name="tuner">Whose it is.</param>
/// <param name="tunable">What is raised; it has an effect.</param>
/// <param name="place">Where.</param>
/// <param name="observed">Where the evidence comes from, and so the counters: for a machine-wide tunable another place.</param>
/// <param name="cycle">See <see cref="Proposal.Cycle"/>.</param>
internal sealed class Trial(string tuner, Tunable tunable, NetworkNamespace place, NetworkNamespace observed, TimeSpan cycle)
{
    private EffectReading? _cut;
    private TimeSpan _cutAt;

    internal string Tuner => tuner;

    internal Tunable Tunable => tunable;

    internal NetworkNamespace Place => place;

    internal NetworkNamespace Observed => observed;

    internal Effect Effect => tunable.Effect!;

    internal TimeSpan Cycle => cycle;

    internal TrialStanding Standing { get; } = new();

    /// <summary>The changes made, in their order.</summary>
    internal List<TrialStep> Steps { get; } = [];

    /// <summary>Whether anything was written: before that, what is lost is still being counted.</summary>
    internal bool IsOpen => Steps.Count > 0;

    /// <summary>How it ended, if it is now only to be taken back.</summary>
    internal TrialResult? Result { get; set; }

    /// <summary>What was lost before; what it is measured against.</summary>
    internal EffectSeries Before { get; private set; } = new();

    /// <summary>What is being counted: before the first raise, or since the latest one has settled.</summary>
    internal EffectSeries Counted { get; private set; } = new();

    /// <summary>The loop's timer for the next look.</summary>
    internal IDisposable? Timer { get; set; }

    /// <summary>When it last began to count.</summary>
    internal TimeSpan StartedAt { get; private set; }

    /// <summary>Whether it counts now; it does not while a raise settles.</summary>
    internal bool IsCounting => _cut is not null;

    /// <summary>The value before the first raise.</summary>
    internal TunableValue? First => Steps.FirstOrDefault(s => s.Tunable.Name == tunable.Name)?.Before;

    /// <summary>Whether a tunable is in its hands.</summary>
    internal bool Holds(string name, NamespaceId where) => Step(name, where) is not null;

    /// <summary>Begins to count, or begins anew where the counters have.</summary>
    internal void Start(EffectReading reading, TimeSpan now)
    {
        _cut = reading;
        StartedAt = _cutAt = now;
        Counted = new EffectSeries();
    }

    /// <summary>Takes a new reading in: as a block, once there is enough for one and a cycle has passed, or when it is the last.</summary>
    internal void Count(EffectReading reading, TimeSpan now, bool isLast = false)
    {
        var block = reading.Since(_cut!.Value);
        if (block is { Lost: < 0 } or { Kept: < 0 })
        {
            // The counters have begun anew, and so must this.
            Start(reading, now);
        }
        else if ((block.Total >= EffectSeries.BlockSize && now - _cutAt >= cycle) || (isLast && block.Total > 0))
        {
            Counted.Add(block);
            (_cut, _cutAt) = (reading, now);
        }
    }

    /// <summary>What has been counted is what came before the raise.</summary>
    internal void TakeAsBefore(EffectSeries counted)
    {
        Before = counted;
        Counted = new EffectSeries();
        _cut = null;
    }

    /// <summary>
    /// A change was made. While it is counted the counting goes on: to begin anew at each sign of a loss would be to count
    /// only where there is none.
    /// </summary>
    internal void Add(Tunable changed, NetworkNamespace where, TunableValue before, TunableValue after)
    {
        var step = Step(changed.Name, where.Id);
        if (step is null)
            Steps.Add(new TrialStep(changed, where, before) { After = after });
        else
            step.After = after;
    }

    private TrialStep? Step(string name, NamespaceId where) => Steps.Find(s => s.Tunable.Name == name && s.Place.Id == where);
}

/// <summary>What a trial has made of one tunable.</summary>
internal sealed class TrialStep(Tunable tunable, NetworkNamespace place, TunableValue before)
{
    internal Tunable Tunable => tunable;

    internal NetworkNamespace Place => place;

    /// <summary>The value that is put back.</summary>
    internal TunableValue Before => before;

    /// <summary>The value last left there.</summary>
    internal required TunableValue After { get; set; }
}
