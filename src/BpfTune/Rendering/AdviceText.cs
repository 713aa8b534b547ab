using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>The listing of advice, and what became of orders about it.</summary>
internal static class AdviceText
{
    internal static void Write(TextWriter output, IReadOnlyList<AdviceReport> advice)
    {
        if (advice.Count == 0)
            output.Line("there is no advice");
        foreach (var one in advice)
        {
            var member = one.Member.Length == 0 ? "" : $" {one.Member}";
            var values = one.Advised is null ? "" : $" {one.Value} -> {one.Advised}";
            output.Line($"{one.Id}  {one.Tuner}: {one.Tunable}{member}{values} in {Words.Namespace(one.Namespace)}{(one.Ignored ? " (ignored)" : "")}");
            output.Line(one.Evidence is null ? $"    {one.Scenario}: not seen since the daemon was started" : $"    {one.Scenario}: {one.Evidence}");
            if (one is { First: { } first, Last: { } last })
                output.Line($"    {(one.Count == 1 ? "once" : $"{one.Count} times")}, first {Words.Time(first)}, last {Words.Time(last)}");
        }
    }

    internal static void Write(TextWriter output, IReadOnlyList<AdviceOrderReport> orders)
    {
        foreach (var order in orders)
            output.Line(order.Text);
    }
}
