namespace BpfTune.Vm.Tests;

public sealed class KernelSeriesTests
{
    [Theory]
    [InlineData("6.12", "trixie")]
    [InlineData("bookworm", "bookworm")]
    [InlineData("5.10", "bullseye")]
    public void AKernelIsFoundByItsSeriesOrItsSuite(string name, string suite) => Assert.Equal(suite, KernelSeries.Find(name).Suite);

    [Fact]
    public void OneThatIsNotThereIsRefusedWithThoseThatAre() => Assert.Equal(
        "there is no kernel '4.19': take one of 5.10, 6.1, 6.12, 7.2",
        Assert.Throws<VmException>(() => KernelSeries.Find("4.19")).Message);
}
