using BpfTune.Vm;
using BpfTune.Vm.Guest;

namespace BpfTune.Kernels.Tests;

/// <summary>The table for the log: a line for each mechanism, what was seen, and why not where nothing could be.</summary>
internal static class MatrixTable
{
    internal const string Works = "works", Absent = "absent", Unexplained = "GAP";

    internal static string Mark(KernelSeries kernel, Cell cell) => (cell.Outcome, Expectation.Gap(kernel, cell.Tuner, cell.Mechanism)) switch
    {
        (CellOutcome.Delivers, null) => Works,
        (CellOutcome.Absent, { } gap) when cell.Detail.Contains(gap, StringComparison.Ordinal) => Absent,
        _ => Unexplained,
    };

    internal static IEnumerable<string> Lines(KernelSeries kernel, GuestReport report)
    {
        yield return "";
        yield return $"Linux {report.Kernel}";
        var hooks = report.Cells.Max(cell => cell.Tuner.Length + cell.Hook.Length) + 1;
        var mechanisms = report.Cells.Max(cell => cell.Mechanism.Length);
        var order = Expectation.Hooks.Select((hook, index) => (Name: $"{hook.Tuner}/{hook.Hook}", index)).ToDictionary(pair => pair.Name, pair => pair.index);
        foreach (var cell in report.Cells.OrderBy(cell => order.GetValueOrDefault($"{cell.Tuner}/{cell.Hook}", int.MaxValue)))
        {
            var hook = $"{cell.Tuner}/{cell.Hook}";
            yield return $"  {hook.PadRight(hooks)}  {cell.Mechanism.PadRight(mechanisms)}  {Mark(kernel, cell),-6}  {cell.Detail.Split('\n')[0]}";
        }

        foreach (var check in report.Checks)
            yield return $"  {(check.Passed ? "ok    " : "FAILED")}  {check.Name}: {check.Detail.Split('\n')[0]}";
    }
}
