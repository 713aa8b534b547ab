using BpfTune.Vm;

namespace BpfTune.Kernels.Tests;

/// <summary>What else must be so on every kernel.</summary>
public sealed class CheckTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Checks =>
        [.. from kernel in Boots.Kernels from check in Expectation.Checks select new TheoryDataRow<string, string>(kernel.Name, check)];

    public static TheoryData<string> Kernels => [.. Boots.Kernels.Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public void It_is_so(string kernel, string check)
    {
        var report = Boots.Report(KernelSeries.Find(kernel));
        var result = report.Checks.SingleOrDefault(result => result.Name == check);
        Assert.True(result is not null, $"the boot says nothing of it; what broke: {string.Join("; ", report.Checks.Where(each => !each.Passed).Select(each => $"{each.Name}: {each.Detail}"))}");
        output.WriteLine(result.Detail);
        Assert.True(result.Passed, result.Detail);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_else_went_wrong(string kernel)
    {
        var checks = Boots.Report(KernelSeries.Find(kernel)).Checks;
        var others = checks.Where(check => !Expectation.Checks.Contains(check.Name)).ToList();
        // One for each run of the daemon: all values were put back at its end.
        Assert.NotEmpty(others);
        Assert.All(others, check => Assert.True(check.Passed, $"{check.Name}: {check.Detail}"));
    }
}
