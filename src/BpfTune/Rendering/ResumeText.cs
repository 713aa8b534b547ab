using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>Where a tuner tunes again.</summary>
internal static class ResumeText
{
    internal static void Write(TextWriter output, ResumeReport report)
    {
        if (report.Started)
            output.Line($"{report.Tuner} is started again; 'bpftune tuners {report.Tuner}' shows how that went");
        else if (report.Namespaces.Count == 0)
            output.Line($"{report.Tuner} had not stopped");
        foreach (var name in report.Namespaces)
            output.Line($"{report.Tuner} tunes {Words.Namespace(name)} again");
    }
}
