using BpfTune.Engine.Hooks;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Hooks;

public sealed class HookTextTests
{
    private static MechanismFailure Failure(MechanismKind kind, string target, string reason) =>
        new(new MechanismStatus(Mechanism.Bpf("p"), kind, target), reason);

    [Theory]
    [InlineData("kernel has no function f to trace", null, "kernel has no function f to trace")]
    [InlineData("the kernel's verifier rejects it", "invalid mem access 'scalar'", "the kernel's verifier rejects it: invalid mem access 'scalar'")]
    [InlineData("", null, "the whole message")]
    public void TheReasonIsSaidWithoutTheProgram(string reason, string? verifier, string expected) => Assert.Equal(
        expected, HookText.Reason(new BpfException("the whole message", "object", LibBpf.Errno.EINVAL) { Reason = reason, LastVerifierLine = verifier }));

    [Fact]
    public void ALostHookIsOneLine()
    {
        var status = new HookStatus(
            new Hook("send_buffer", "the maximum of tcp_wmem is not raised", Mechanism.Bpf("p")),
            null,
            [
                Failure(MechanismKind.Fentry, "f", "the kernel refuses it (EPERM), lockdown is integrity"),
                Failure(MechanismKind.Kprobe, "f", "this kernel has no kprobes"),
            ]);
        Assert.Equal(
            "send_buffer: the maximum of tcp_wmem is not raised (fentry f: the kernel refuses it (EPERM), lockdown is integrity; kprobe f: this kernel has no kprobes)",
            HookText.Lost(status));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "new in Linux 6.18", null)]
    [InlineData("kernel has no function f to trace", null, "kernel has no function f to trace")]
    [InlineData("kernel has no function f to trace", "gone since Linux 6.6", "kernel has no function f to trace (gone since Linux 6.6)")]
    public void WhatIsAbsentIsSaidWithTheKernelsThatHaveIt(string? reason, string? kernels, string? text) =>
        Assert.Equal(text, HookText.Absent(reason, kernels));
}
