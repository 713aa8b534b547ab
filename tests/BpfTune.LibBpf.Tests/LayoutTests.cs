using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BpfTune.LibBpf.Tests;

/// <summary>Native structs lie as the headers say.</summary>
public sealed class LayoutTests
{
    // The sizes of libbpf 1.0's structs on a 64-bit machine (bpf/libbpf.h, bpf/bpf.h). A larger one would be refused
    // by that library as soon as the bytes it does not know are not zero.
    [Fact]
    public void Option_structs_are_those_of_libbpf_1_0()
    {
        Assert.Equal(80, Unsafe.SizeOf<Interop.BpfObjectOpenOpts>());
        Assert.Equal(48, Unsafe.SizeOf<Interop.BpfMapCreateOpts>());
        Assert.Equal(104, Unsafe.SizeOf<Interop.BpfProgLoadOpts>());
        Assert.Equal(80, Unsafe.SizeOf<Interop.BpfTestRunOpts>());
        Assert.Equal(32, Unsafe.SizeOf<Interop.BpfKprobeOpts>());
    }

    [Fact]
    public void Option_fields_lie_where_libbpf_reads_them()
    {
        Assert.Equal(8, Offset<Interop.BpfObjectOpenOpts>("ObjectName"));
        Assert.Equal(24, Offset<Interop.BpfObjectOpenOpts>("PinRootPath"));
        Assert.Equal(48, Offset<Interop.BpfObjectOpenOpts>("BtfCustomPath"));
        Assert.Equal(72, Offset<Interop.BpfObjectOpenOpts>("KernelLogLevel"));
        Assert.Equal(28, Offset<Interop.BpfMapCreateOpts>("MapFlags"));
        Assert.Equal(12, Offset<Interop.BpfProgLoadOpts>("ExpectedAttachType"));
        Assert.Equal(20, Offset<Interop.BpfProgLoadOpts>("ProgramFlags"));
        Assert.Equal(32, Offset<Interop.BpfProgLoadOpts>("AttachBtfId"));
        Assert.Equal(96, Offset<Interop.BpfProgLoadOpts>("LogBuffer"));
        Assert.Equal(24, Offset<Interop.BpfTestRunOpts>("DataInSize"));
        Assert.Equal(32, Offset<Interop.BpfTestRunOpts>("ContextIn"));
        Assert.Equal(56, Offset<Interop.BpfTestRunOpts>("ReturnValue"));
        Assert.Equal(64, Offset<Interop.BpfTestRunOpts>("Duration"));
        Assert.Equal(24, Offset<Interop.BpfKprobeOpts>("ReturnProbe"));
    }

    // The sample carries the offsets that clang found in linux/bpf.h and linux/perf_event.h.
    [Theory]
    [InlineData("prog_info_load_time", typeof(Interop.BpfProgInfo), "LoadTime")]
    [InlineData("prog_info_name", typeof(Interop.BpfProgInfo), "Name")]
    [InlineData("prog_info_run_time", typeof(Interop.BpfProgInfo), "RunTime")]
    [InlineData("prog_info_run_count", typeof(Interop.BpfProgInfo), "RunCount")]
    [InlineData("prog_info_misses", typeof(Interop.BpfProgInfo), "RecursionMisses")]
    [InlineData("map_info_name", typeof(Interop.BpfMapInfo), "Name")]
    [InlineData("map_info_flags", typeof(Interop.BpfMapInfo), "Flags")]
    [InlineData("link_info_prog_id", typeof(Interop.BpfLinkInfo), "ProgramId")]
    [InlineData("perf_attr_config1", typeof(Interop.PerfEventAttr), "Config1")]
    [InlineData("perf_attr_config2", typeof(Interop.PerfEventAttr), "Config2")]
    [InlineData("perf_attr_wakeup", typeof(Interop.PerfEventAttr), "WakeupEvents")]
    [InlineData("perf_attr_sample_period", typeof(Interop.PerfEventAttr), "SamplePeriod")]
    public void Kernel_structs_lie_as_the_kernels_headers_say(string variable, Type type, string field)
    {
        using var sample = Sample.Open();
        Assert.Equal((int)sample.GetVariable<uint>(variable), (int)Marshal.OffsetOf(type, field));
    }

    private static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
