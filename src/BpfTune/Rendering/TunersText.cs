using System.Globalization;
using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>The listing of tuners.</summary>
internal static class TunersText
{
    /// <summary>Each tuner in full.</summary>
    internal static void Write(TextWriter output, IReadOnlyList<TunerReport> tuners)
    {
        if (tuners.Count == 0)
            output.Line("no tuners were found");
        foreach (var tuner in tuners)
        {
            output.Line(Headline(tuner));
            HookText.Write(output, tuner.Hooks, "  ");
            foreach (var o in tuner.Overrides)
                output.Line($"  stopped in {Words.Namespace(o.Namespace)}: {Stopped(o)} at {Words.Time(o.At)}; 'bpftune resume {tuner.Name}' undoes that");
            foreach (var fact in tuner.Facts)
                output.Line($"  {fact.Name}: {fact.Value}");
            if (tuner.State == TunerState.Running)
                output.Line("  " + Counts(tuner.Counts));
        }
    }

    /// <summary>One line: name, state, and what it tunes or why it does not run.</summary>
    internal static string Headline(TunerReport tuner)
    {
        var text = tuner.Reason ?? tuner.Summary;
        return $"{tuner.Name}: {State(tuner.State)}{(text.Length == 0 ? "" : $" ({text})")}";
    }

    /// <summary>Who set what.</summary>
    internal static string Stopped(OverrideReport report) => report.Tunable.Length == 0
        ? "more was set there than is remembered"
        : report.ProcessId == 0
        ? $"{report.Tunable} was set by somebody who was not seen"
        : $"pid {report.ProcessId} ({report.Command}) set {report.Tunable}";

    /// <summary>The state in words.</summary>
    internal static string State(TunerState state) => state switch
    {
        TunerState.Running => "running",
        TunerState.NotNeeded => "not needed on this kernel",
        TunerState.Paused => "paused",
        TunerState.Disabled => "disabled",
        TunerState.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    private static string Counts(TunerCounts counts)
    {
        var words = new List<string> { Words.Count(counts.Events, "event"), Words.Count(counts.Applied, "change") };
        Add(counts.Suppressed, "events held back");
        Add(counts.Unchanged, "already at the bound");
        Add(counts.Overridden, "left to the administrator");
        Add(counts.CoolingDown, "too soon");
        Add(counts.NotTheirs, "not a tenant's to move");
        Add(counts.OnTrial, "waiting for a trial");
        Add(counts.Resting, "resting, since raises did not help");
        Add(counts.Advised, "advised only");
        Add(counts.NotWanted, "not wanted by the settings");
        Add(counts.Stale, "decided again");
        Add(counts.Failed, "failed");
        return string.Join(", ", words);

        void Add(long count, string what)
        {
            if (count > 0)
                words.Add(count.ToString(CultureInfo.InvariantCulture) + " " + what);
        }
    }
}
