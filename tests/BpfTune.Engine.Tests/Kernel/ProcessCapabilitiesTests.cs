using BpfTune.Engine.Kernel;

namespace BpfTune.Engine.Tests.Kernel;

public sealed class ProcessCapabilitiesTests
{
    private static readonly Version s_old = new(5, 10);
    private static readonly Version s_new = new(6, 12);

    private static ProcessCapabilities Of(params Capability[] capabilities) =>
        new(capabilities.Aggregate(0UL, (set, c) => set | (1UL << (int)c)));

    [Fact]
    public void TheEffectiveSetCounts()
    {
        var capabilities = ProcessCapabilities.Parse("Name:\tx\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000001000\nCapBnd:\t000001ffffffffff\n");
        Assert.True(capabilities.Has(Capability.NetAdmin));
        Assert.False(capabilities.Has(Capability.Bpf));
        Assert.False(capabilities.Has(Capability.SysAdmin));
    }

    [Fact]
    public void AFileWithoutThemIsAnError() => Assert.Throws<IOException>(() => ProcessCapabilities.Parse("Name:\tx\n"));

    [Fact]
    public void OnesOwnCanBeRead() => Assert.NotNull(ProcessCapabilities.Read());

    [Fact]
    public void SysAdminStandsInForThoseSplitFromIt()
    {
        Assert.Empty(Of(Capability.SysAdmin, Capability.NetAdmin).MissingRequired());
        Assert.Empty(Of(Capability.Bpf, Capability.Perfmon, Capability.NetAdmin).MissingRequired());
        Assert.Equal([Capability.NetAdmin], Of(Capability.SysAdmin).MissingRequired());
        Assert.Equal([Capability.Bpf, Capability.Perfmon, Capability.NetAdmin], Of().MissingRequired());
    }

    [Fact]
    public void LockedMemoryMattersToOldKernelsOnly()
    {
        var most = Of(Capability.SysAdmin, Capability.NetAdmin, Capability.SysPtrace);
        Assert.Equal([Capability.SysResource], most.MissingUseful(s_old));
        Assert.Empty(most.MissingUseful(s_new));
        Assert.Equal([Capability.SysAdmin, Capability.SysPtrace], Of(Capability.Bpf).MissingUseful(s_new));
    }

    [Theory]
    [InlineData(new[] { Capability.NetAdmin }, "the capability CAP_NET_ADMIN is missing: run bpftune as root, or grant it")]
    [InlineData(new[] { Capability.Bpf, Capability.NetAdmin }, "the capabilities CAP_BPF and CAP_NET_ADMIN are missing: run bpftune as root, or grant them")]
    [InlineData(new[] { Capability.Bpf, Capability.Perfmon, Capability.NetAdmin }, "the capabilities CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are missing: run bpftune as root, or grant them")]
    public void WhatIsMissingIsNamed(Capability[] missing, string text) => Assert.Equal(text, CapabilityText.Required([.. missing]));

    [Fact]
    public void EveryCapabilityHasAName()
    {
        foreach (var capability in Enum.GetValues<Capability>())
        {
            Assert.StartsWith("CAP_", CapabilityText.Name(capability), StringComparison.Ordinal);
            Assert.Contains(CapabilityText.Name(capability), CapabilityText.Lost(capability), StringComparison.Ordinal);
        }
    }
}
