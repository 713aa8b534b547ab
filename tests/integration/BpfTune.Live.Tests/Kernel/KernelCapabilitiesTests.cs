using System.Diagnostics;
using BpfTune.Engine.Kernel;

namespace BpfTune.Live.Tests.Kernel;

public sealed class KernelCapabilitiesTests
{
    public KernelCapabilitiesTests() => Privilege.Require();

    [Fact]
    public void ThisKernelIsProbed()
    {
        var watch = Stopwatch.StartNew();
        var kernel = KernelCapabilities.Probe();
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{kernel.Kernel.Release}, lockdown {kernel.Lockdown ?? "not known"}, probed in {watch.Elapsed.TotalMilliseconds:F1} ms");
        foreach (var (name, result) in kernel.Features!.All)
            output.WriteLine($"{name}: {result}");

        Assert.Empty(kernel.Critical);
        Assert.True(kernel.Features.RingBuffer.IsYes);
        Assert.True(kernel.Features.VmlinuxBtf.IsYes);
        Assert.True(kernel.Kernel.Version >= new Version(5, 8));
        Assert.Null(kernel.ProcSysProblem);
    }

    [Fact]
    public void TargetsOfThisKernelAreFound()
    {
        using var targets = new KernelTargets();
        Assert.Null(targets.WhyNoFunction("tcp_sendmsg", throughBtf: true));
        Assert.Null(targets.WhyNoTracepoint("tcp_destroy_sock"));
        var watch = Stopwatch.StartNew();
        Assert.Equal("kernel has no function bpftune_no_such_function to trace", targets.WhyNoFunction("bpftune_no_such_function", throughBtf: false));
        TestContext.Current.TestOutputHelper!.WriteLine($"the list of symbols was searched in {watch.Elapsed.TotalMilliseconds:F1} ms");
        Assert.Equal("kernel has no tracepoint bpftune_no_such_tracepoint to trace", targets.WhyNoTracepoint("bpftune_no_such_tracepoint"));

        targets.Release();
        Assert.Null(targets.WhyNoFunction("tcp_sendmsg", throughBtf: true));
    }
}
