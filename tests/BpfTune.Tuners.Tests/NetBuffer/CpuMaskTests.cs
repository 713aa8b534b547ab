using BpfTune.Tuners.NetBuffer;

namespace BpfTune.Tuners.Tests.NetBuffer;

public sealed class CpuMaskTests
{
    [Theory]
    [InlineData("0", new[] { 0 }, "1")]
    [InlineData("0", new[] { 0, 1 }, "3")]
    [InlineData("3", new[] { 0 }, "3")]
    [InlineData("00", new[] { 7 }, "80")]
    [InlineData("9", new[] { 1 }, "b")]
    [InlineData("0000", new[] { 1 }, "0002")]
    [InlineData("00000000", new[] { 31 }, "80000000")]
    [InlineData("00000000,00000000", new[] { 0 }, "00000000,00000001")]
    [InlineData("00000000,00000001", new[] { 33 }, "00000002,00000001")]
    [InlineData("f,ffffffff", new[] { 35 }, "f,ffffffff")]
    [InlineData("1", new[] { 64 }, "1,00000000,00000001")] // wider than the text
    [InlineData("5", new int[0], "5")]
    [InlineData("", new[] { 0 }, null)]
    [InlineData("all", new[] { 0 }, null)]
    [InlineData("1,,1", new[] { 0 }, null)]
    [InlineData("1ffffffff", new[] { 0 }, null)]
    public void Cpus_join_the_set(string mask, int[] cpus, string? expected) => Assert.Equal(expected, CpuMask.Add(mask, cpus));
}
