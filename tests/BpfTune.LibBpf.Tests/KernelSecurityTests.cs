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

    [Theory]
    [InlineData("Max locked memory         65536                65536                bytes     ", 65536L)]
    [InlineData("Max locked memory         unlimited            unlimited            bytes     ", null)]
    [InlineData("Max open files            1024                 8192                 files     ", null)]
    public void The_limit_of_locked_memory_is_the_soft_one(string line, long? bytes) =>
        Assert.Equal(bytes, KernelSecurity.ParseLockedMemory(["Limit                     Soft Limit           Hard Limit           Units     ", line]));
}
