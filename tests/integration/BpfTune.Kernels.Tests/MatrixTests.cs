using BpfTune.Vm;
using BpfTune.Vm.Guest;

namespace BpfTune.Kernels.Tests;

/// <summary>Every mechanism of every hook on every kernel: it works, or it is missing for the reason that is known.</summary>
public sealed class MatrixTests
{
    public static TheoryData<string, string, string, string> Cells =>
        [.. from kernel in Boots.Kernels
            from hook in Expectation.Hooks
            from mechanism in hook.Mechanisms
            select new TheoryDataRow<string, string, string, string>(kernel.Name, hook.Tuner, hook.Hook, mechanism)];

    public static TheoryData<string> Kernels => [.. Boots.Kernels.Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_mechanism_that_is_forced_delivers_what_the_others_do(string kernel, string tuner, string hook, string mechanism)
    {
        var series = KernelSeries.Find(kernel);
        var cell = Boots.Report(series).Cells.SingleOrDefault(cell => cell.Tuner == tuner && cell.Hook == hook && cell.Mechanism == mechanism);
        Assert.True(cell is not null, "the boot says nothing of it");
        if (Expectation.Gap(series, tuner, mechanism) is { } gap)
        {
            Assert.Equal(CellOutcome.Absent, cell.Outcome);
            Assert.Contains(gap, cell.Detail, StringComparison.Ordinal);
        }
        else
        {
            Assert.True(cell.Outcome == CellOutcome.Delivers, cell.Detail);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_table_has_no_unexplained_gap(string kernel)
    {
        var series = KernelSeries.Find(kernel);
        var report = Boots.Report(series);
        foreach (var line in MatrixTable.Lines(series, report))
            Console.WriteLine(line);

        // A hook that a tuner has gained, or a mechanism, must be in the table.
        var known = Expectation.Hooks.SelectMany(hook => hook.Mechanisms.Select(mechanism => $"{hook.Tuner}/{hook.Hook} {mechanism}"));
        Assert.Equal(known.Order(StringComparer.Ordinal), report.Cells.Select(cell => $"{cell.Tuner}/{cell.Hook} {cell.Mechanism}").Order(StringComparer.Ordinal));
        Assert.Empty(report.Cells.Where(cell => MatrixTable.Mark(series, cell) == MatrixTable.Unexplained).Select(cell => $"{cell.Tuner}/{cell.Hook} {cell.Mechanism}: {cell.Detail}"));
    }
}
