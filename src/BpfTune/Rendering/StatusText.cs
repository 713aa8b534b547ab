using System.Globalization;
using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>The daemon at a glance.</summary>
internal static class StatusText
{
    internal static void Write(TextWriter output, EngineStatus status)
    {
        output.Line($"bpftune {status.Version}, pid {status.ProcessId}, running for {Words.Duration(TimeSpan.FromSeconds(status.UptimeSeconds))} on Linux {status.Kernel}");
        output.Line($"learning rate {status.LearningRate}, {(status.RollbackAtExit ? "values are put back when it stops" : "values stay when it stops")}{(status.Legacy ? ", legacy mode" : "")}");
        output.Line(status.CgroupRoot is null ? "no cgroup2 hierarchy" : $"cgroup {status.CgroupRoot}");
        output.Line($"{Words.Count(status.Changes, "change")}, {Events(status)}, {Words.Count(status.Namespaces, "network namespace")}");
        if (status.Mode is { } mode)
            output.Line($"mode {mode.Value} ({mode.Source}): {(mode.Value == "advise" ? "'bpftune advice' lists what would be done" : "nothing is done, and nothing is advised")}");
        if (status.JournalProblem is not null)
            output.Line($"NOTHING IS CHANGED NOW: {status.JournalProblem}");
        HookText.Write(output, status.Hooks, "  ");

        output.WriteLine();
        output.Line(status.Tuners.Count == 0 ? "no tuners were found" : "tuners:");
        foreach (var tuner in status.Tuners)
        {
            output.Line("  " + TunersText.Headline(tuner) + Lost(tuner));
            foreach (var o in tuner.Overrides)
                output.Line($"    stopped in {Words.Namespace(o.Namespace)}: {TunersText.Stopped(o)}");
            foreach (var fact in tuner.Facts)
                output.Line($"    {fact.Name}: {fact.Value}");
        }

        if (status.Tunables.Count == 0)
            return;
        output.WriteLine();
        TunablesText.WriteValues(output, status.Tunables, "");
    }

    private static string Events(EngineStatus status)
    {
        var text = Words.Count(status.Events, "event");
        if (status.EventsSuppressed > 0)
            text += string.Create(CultureInfo.InvariantCulture, $" ({status.EventsSuppressed} more held back)");
        if (status.EventsLost > 0)
            text += string.Create(CultureInfo.InvariantCulture, $", {status.EventsLost} LOST");
        return text;
    }

    private static string Lost(TunerReport tuner)
    {
        var lost = tuner.Hooks.Count(h => h.Mechanism is null);
        return lost == 0 ? "" : $", {Words.Count(lost, "hook")} of {tuner.Hooks.Count} lost";
    }
}
