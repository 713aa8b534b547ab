using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Tuners.NetBuffer;

/// <summary>The budget for a round of polling, in packets and in time.</summary>
internal sealed class BudgetWatch(Tuner tuner, Func<string?> readSchedstat)
{
    private readonly Correlation _history = new();
    private readonly Dictionary<Tunable, long> _floors = [];
    private SchedulerTimes? _times;

    /// <summary>Rounds were cut short. False when nothing can be done about that.</summary>
    public bool Act(MinuteCount squeezed)
    {
        var host = tuner.Host;
        if (!host.TryRead(NetTunables.Budget, host.GlobalNamespace, out var budget))
            return false;
        Remember(budget[0]);
        var direction = NetPolicy.BudgetDirection(squeezed.Total, _history);
        if (direction == 0)
            return true;

        var evidence = direction > 0
            ? $"{squeezed.Total} rounds of polling cut short within a minute"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"tasks wait the longer the larger netdev_budget is: correlation {_history.Coefficient:0.00} over {_history.Count} looks");
        squeezed.Clear();
        if (direction < 0)
            _history.Clear();
        var isPacketsOpen = Move(NetTunables.Budget, budget, NetPolicy.MostBudget, direction, evidence);
        var isTimeOpen = host.TryRead(NetTunables.BudgetTime, host.GlobalNamespace, out var time)
            && Move(NetTunables.BudgetTime, time, NetPolicy.MostBudgetTime, direction, evidence);
        return isPacketsOpen || isTimeOpen;
    }

    private void Remember(long budget)
    {
        // Absent where the kernel was built without: then nothing tells that the tasks suffer.
        if (readSchedstat() is not { } text || SchedulerTimes.Parse(text) is not { } times)
            return;
        if (_times is { } earlier && times.RatioSince(earlier) is { } ratio)
            _history.Add(budget, ratio);
        _times = times;
    }

    /// <summary>False when there is no way to go on.</summary>
    private bool Move(Tunable tunable, TunableValue value, long ceiling, int direction, string evidence)
    {
        var host = tuner.Host;
        var floor = _floors[tunable] = Math.Min(value[0], _floors.GetValueOrDefault(tunable, long.MaxValue));
        var next = direction > 0
            ? host.LearningRate.Raise(value[0], ceiling)
            : host.LearningRate.Lower(value[0], floor);
        if (next == value[0])
            return false;
        var outcome = host.Propose(new Proposal(
            tunable, host.GlobalNamespace, value, TunableValue.Of(next), direction > 0 ? "polling_cut_short" : "tasks_wait_for_polling", evidence));
        return outcome != ProposalOutcome.Unchanged && !outcome.IsRefused();
    }
}
