using BpfTune.Engine.Control;
using BpfTune.Rendering;

namespace BpfTune.Doctor;

/// <summary>The page that a user pastes into a bug report.</summary>
internal static class DoctorText
{
    internal static void Write(TextWriter output, DoctorReport report)
    {
        WriteSystem(output, report);
        WriteList(output, "what keeps bpftune from working:", report.Critical);
        WriteList(output, "what works in part only:", report.Limitations);
        WriteList(output, "settings that keep the daemon from starting:", report.SettingErrors);
        WriteList(output, "settings that are passed over:", report.Settings);
        if (report.Features.Count > 0)
        {
            output.WriteLine();
            output.Line("what this kernel's BPF can do:");
            var width = report.Features.Max(f => f.Name.Length);
            foreach (var feature in report.Features)
                output.Line($"  {feature.Name.PadRight(width)}  {feature.Answer}{(feature.Reason is null ? "" : $": {feature.Reason}")}");
        }

        output.WriteLine();
        output.Line("tuner directories:");
        foreach (var directory in report.Directories)
            output.Line($"  {directory.Path}: {Describe(directory)}");

        if (report.EngineHooks.Count > 0)
        {
            output.WriteLine();
            output.Line("the engine's own hooks:");
            HookText.Write(output, report.EngineHooks, "  ");
        }

        foreach (var tuner in report.Tuners)
        {
            output.WriteLine();
            output.Line(TunersText.Headline(tuner));
            HookText.Write(output, tuner.Hooks, "  ");
        }

        output.WriteLine();
        output.Line(Verdict(report));
    }

    private static void WriteSystem(TextWriter output, DoctorReport report)
    {
        var system = report.System;
        output.Line($"bpftune {report.Version} on {system.Distribution}, Linux {system.Kernel} ({system.Architecture})");
        output.Line($"  lockdown      {system.Lockdown ?? "unknown"}");
        output.Line($"  libbpf        {system.Libbpf ?? "cannot be used"}");
        output.Line($"  runtime       {system.Runtime}");
        output.Line($"  cgroup2       {system.Cgroup ?? system.CgroupProblem ?? "none"}");
        output.Line($"  capabilities  {(system.MissingCapabilities.Count == 0 ? "all that are needed" : "missing: " + string.Join(", ", system.MissingCapabilities))}");
        output.Line($"  daemon        {(system.Daemon is { } pid ? $"running (pid {pid})" : "not running")}");
    }

    private static void WriteList(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;
        output.WriteLine();
        output.Line(title);
        foreach (var line in lines)
            output.Line($"  {line}");
    }

    private static string Describe(DirectoryReport directory) => directory.State switch
    {
        "absent" => "absent",
        "duplicate" => $"the same directory as {directory.Detail ?? ""}",
        "refused" => $"refused: {directory.Detail ?? ""}",
        _ => directory.Tuners.Count == 0 ? "no tuners" : string.Join(", ", directory.Tuners),
    };

    private static string Verdict(DoctorReport report)
    {
        if (report.Critical.Count > 0)
            return "bpftune cannot work here";
        if (report.SettingErrors.Count > 0)
            return "the daemon does not start with these settings";
        if (report.Tuners.Count == 0)
            return "no tuner was found: install one, or name its directory with --libdir";
        var lost = report.Tuners.Where(t => t.State is TunerState.Disabled or TunerState.Refused).Select(t => t.Name).ToList();
        var hooks = report.Tuners.Sum(t => t.Hooks.Count(h => h.Mechanism is null));
        var lostHooks = hooks == 0 ? "" : $"; {Words.Count(hooks, "hook")} lost";
        if (lost.Count == report.Tuners.Count)
            return "no tuner can run here";
        return lost.Count == 0 ? "all tuners run" + lostHooks : $"lost: {string.Join(", ", lost)}{lostHooks}";
    }
}
