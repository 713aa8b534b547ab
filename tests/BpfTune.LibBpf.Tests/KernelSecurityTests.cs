namespace BpfTune.LibBpf.Tests;

public sealed class KernelSecurityTests
{
    [Theory]
    [InlineData("none [integrity] confidentiality\n", "integrity")]
    [InlineData("[none] integrity confidentiality\n", "none")]
    [InlineData("", null)]
    [InlineData("] [", null)]
    public void The_level_is_the_one_in_brackets(string text, string? level) =>
        Assert.Equal(level, KernelSecurity.ParseLevel(text));

    [Theory]
    [InlineData(1UL << 21, null)]
    [InlineData((1UL << 38) | (1UL << 39), null)]
    [InlineData(1UL << 38, "CAP_BPF")]
    [InlineData(1UL << 39, "CAP_PERFMON")]
    [InlineData(0UL, "CAP_BPF and CAP_PERFMON")]
    public void Missing_capabilities_are_named(ulong effective, string? missing) =>
        Assert.Equal(missing, KernelSecurity.Missing(effective));
}
