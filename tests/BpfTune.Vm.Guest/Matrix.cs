using System.Diagnostics;
using BpfTune.Engine.Control;
using BpfTune.Lab;
using BpfTune.Sdk;

namespace BpfTune.Vm.Guest;

/// <summary>
/// Forces each mechanism of each hook in turn: the daemon runs with all other programs of the hook forbidden, and the
/// hook's stimulus must make its tuner act.
/// </summary>
internal sealed class Matrix(IReadOnlyList<TunerHooks> tuners, Action<Cell> cell, Action<Check> check)
{
    /// <summary>Runs one group, mechanism by mechanism; several hooks are tried in one run of the daemon.</summary>
    internal void Run(MatrixGroup group)
    {
        var hooks = tuners.Where(tuner => group.Tuners.Contains(tuner.Tuner)).SelectMany(tuner => tuner.Hooks.Select(hook => (tuner.Tuner, Hook: hook))).ToList();
        var stimuli = new Dictionary<string, Stimulus>(StringComparer.Ordinal);
        try
        {
            foreach (var make in group.Stimuli)
            {
                var stimulus = make();
                stimuli.Add(stimulus.Hook, stimulus);
            }

            // A hook whose stimulus belongs to another group is out of the way here.
            var tried = hooks.Where(hook => stimuli.ContainsKey(Name(hook.Tuner, hook.Hook))).ToList();
            var starts = Starts(tried, group);
            var rounds = tried.Max(hook => starts[Name(hook.Tuner, hook.Hook)] + hook.Hook.Mechanisms.Length);
            for (var round = 0; round < rounds; round++)
                RunRound(group, hooks, tried, starts, stimuli, round);
        }
        finally
        {
            // The last first: two may have set the same value of the machine, and each puts back what it found.
            foreach (var stimulus in stimuli.Values.Reverse())
                stimulus.Dispose();
        }
    }

    private void RunRound(
        MatrixGroup group,
        List<(string Tuner, Hook Hook)> hooks,
        List<(string Tuner, Hook Hook)> tried,
        Dictionary<string, int> starts,
        Dictionary<string, Stimulus> stimuli,
        int round)
    {
        var now = tried
            .Select(hook => (hook.Tuner, hook.Hook, Index: round - starts[Name(hook.Tuner, hook.Hook)]))
            .Where(hook => hook.Index >= 0 && hook.Index < hook.Hook.Mechanisms.Length)
            .ToList();
        var wanted = now.SelectMany(hook => hook.Hook.Mechanisms[hook.Index].Programs).ToHashSet(StringComparer.Ordinal);
        var forbidden = hooks.SelectMany(hook => hook.Hook.Mechanisms).SelectMany(mechanism => mechanism.Programs).Where(program => !wanted.Contains(program)).Distinct();
        var before = stimuli.ToDictionary(pair => pair.Key, pair => pair.Value.Value);
        using (var daemon = new GuestDaemon(forbidden, [.. group.Tuners.SelectMany(tuner => (string[])["-a", tuner])]))
        {
            Console.WriteLine(FormattableString.Invariant($"-- {group.Name} {round + 1}: the daemon was ready after {daemon.ReadyAfter.TotalSeconds:0.0} s"));
            var reports = daemon.Tuners().ToDictionary(report => report.Name, StringComparer.Ordinal);
            foreach (var (tuner, hook, index) in now)
                cell(Try(daemon, reports[tuner], hook, index, stimuli[Name(tuner, hook)]));
        }

        // It was started with rollback at its end.
        var left = stimuli.Where(pair => pair.Value.Value != before[pair.Key]).Select(pair => $"{pair.Value.Tunable} is {pair.Value.Value}, was {before[pair.Key]}").ToList();
        check(new Check($"{group.Name}_{round + 1}_rolled_back", left.Count == 0, left.Count == 0 ? "every value is back" : string.Join("; ", left)));
    }

    private Cell Try(GuestDaemon daemon, TunerReport tuner, Hook hook, int index, Stimulus stimulus)
    {
        var mechanism = hook.Mechanisms[index];
        var label = tuners.Single(declared => declared.Tuner == tuner.Name).Label(mechanism);
        if (tuner.State == TunerState.NotNeeded)
            return new Cell(tuner.Name, hook.Name, label, CellOutcome.Absent, $"not needed: {tuner.Reason}");
        if (tuner.State != TunerState.Running && tuner.Hooks.Count == 0)
            return new Cell(tuner.Name, hook.Name, label, CellOutcome.Silent, $"{tuner.State}: {tuner.Reason}");

        var report = tuner.Hooks.Single(reported => reported.Name == hook.Name);
        if (report.Mechanism is null)
        {
            // All others are forbidden by name: what is left is the reason of the one that was to be tried.
            var reasons = report.Failures.Where(failure => !failure.Reason.Contains("BPFTUNE_FORBID", StringComparison.Ordinal)).ToList();
            return new Cell(
                tuner.Name, hook.Name, label, reasons.Count > 0 ? CellOutcome.Absent : CellOutcome.Silent,
                string.Join("; ", (reasons.Count > 0 ? reasons : report.Failures).Select(failure => $"{failure.Mechanism} {failure.Target}: {failure.Reason}")));
        }

        var start = Stopwatch.GetTimestamp();
        string? seen;
        try
        {
            seen = stimulus.Provoke(daemon);
        }
        catch (LabException exception)
        {
            return new Cell(tuner.Name, hook.Name, label, CellOutcome.Silent, $"the stimulus failed: {exception.Message}");
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var isChosen = mechanism.Counter is null || report.Target == mechanism.Counter;
        return new Cell(
            tuner.Name, hook.Name, label, seen is not null && isChosen ? CellOutcome.Delivers : CellOutcome.Silent,
            FormattableString.Invariant($"{seen ?? "nothing seen; the daemon said:\n" + daemon.Log} ({report.Mechanism} {report.Target}, {seconds:0.0} s)"));
    }

    private static Dictionary<string, int> Starts(List<(string Tuner, Hook Hook)> tried, MatrixGroup group)
    {
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = 0;
        foreach (var (tuner, hook) in tried)
        {
            var name = Name(tuner, hook);
            starts.Add(name, group.Exclusive.Contains(name) ? next : 0);
            if (group.Exclusive.Contains(name))
                next += hook.Mechanisms.Length;
        }

        return starts;
    }

    private static string Name(string tuner, Hook hook) => $"{tuner}/{hook.Name}";
}
