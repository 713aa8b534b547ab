namespace BpfTune.LibBpf.Tests;

public sealed class ProbeTests
{
    [Theory]
    [InlineData(Errno.EPERM, "CAP_BPF", "integrity", ProbeAnswer.Inconclusive, "this process lacks CAP_BPF")]
    [InlineData(Errno.EACCES, "CAP_BPF", null, ProbeAnswer.Inconclusive, "this process lacks CAP_BPF")]
    [InlineData(Errno.EPERM, null, "integrity", ProbeAnswer.No, "the kernel refuses it (EPERM), lockdown is integrity")]
    [InlineData(Errno.EPERM, null, "none", ProbeAnswer.No, "the kernel refuses it (EPERM)")]
    [InlineData(Errno.EPERM, null, null, ProbeAnswer.No, "the kernel refuses it (EPERM)")]
    [InlineData(Errno.EINVAL, null, null, ProbeAnswer.No, "this kernel does not have it (EINVAL)")]
    [InlineData(Errno.EINVAL, "CAP_BPF", null, ProbeAnswer.No, "this kernel does not have it (EINVAL)")]
    [InlineData(Errno.KernelNotSupported, null, null, ProbeAnswer.No, "this kernel does not have it (ENOTSUPP)")]
    [InlineData(Errno.ENOMEM, null, null, ProbeAnswer.Inconclusive, "out of memory (ENOMEM)")]
    [InlineData(Errno.EMFILE, null, null, ProbeAnswer.Inconclusive, "too many open files in this process (EMFILE)")]
    public void A_refusal_is_an_answer_only_with_the_privilege_to_ask(
        int errno, string? missing, string? lockdown, ProbeAnswer answer, string reason)
    {
        var result = FeatureProbe.Refused(-errno, missing, lockdown);
        Assert.Equal((answer, reason, errno), (result.Answer, result.Reason, result.Errno));
    }

    [Fact]
    public void Results_read_as_a_sentence()
    {
        Assert.Equal("yes", new ProbeResult(ProbeAnswer.Yes, "tried").ToString());
        Assert.Equal("no: why", new ProbeResult(ProbeAnswer.No, "why").ToString());
        Assert.Equal("not known: why", new ProbeResult(ProbeAnswer.Inconclusive, "why").ToString());
    }
}
