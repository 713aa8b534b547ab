using BpfTune.Engine.Hooks;
using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;
using BpfTune.Live.Tests.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Hooks;

/// <summary>The one reading of the kernel's BTF is a short cut: whatever is wrong with it, hooks are not lost by it.</summary>
public sealed class SharedBtfTests : IDisposable
{
    private const string LongWay = "loads only with libbpf's own reading of the kernel's BTF";

    private readonly string _path = Path.GetTempFileName();
    private readonly LineLogger _log = new();
    private readonly CgroupRoot _cgroup;

    public SharedBtfTests()
    {
        Privilege.Require();
        _cgroup = CgroupRoot.Locate(null, NullLogger.Instance);
    }

    public void Dispose()
    {
        _cgroup.Dispose();
        File.Delete(_path);
    }

    [Theory]
    [InlineData("bpftune_present_tb")] // The id of the tracepoint is another type's here.
    [InlineData("bpftune_event_rt")] // The members that it reads are not there.
    public void WithBtfOfAnotherKernelTheLongWayServes(string program)
    {
        File.WriteAllBytes(_path, WrongBtf.Bytes(["net", "task_struct", "sock", "sock_common"], ["tcp_destroy_sock", "inet_sock_set_state"]));
        using var targets = new KernelTargets(() => KernelBtf.Open(_path), static _ => null);
        using var loaded = Loading.Loader(_cgroup, targets, log: _log)
            .Load(Loading.Owner, 1, Loading.Declare(Loading.Hook("trace", program)), null);

        var status = Assert.Single(loaded.Hooks);
        Assert.True(status.Works, string.Join("; ", status.Failures.Select(HookText.Attempt)));
        Assert.Empty(status.Failures);
        Assert.Contains(_log.From(LogLevel.Debug), line => line.Contains(LongWay, StringComparison.Ordinal));
    }

    [Fact]
    public void WithThisKernelsTheShortCutServes()
    {
        using var targets = new KernelTargets();
        using var loaded = Loading.Loader(_cgroup, targets, log: _log).Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("typed", "bpftune_present_tb"), Loading.Hook("raw", "bpftune_event_rt"), Loading.Hook("last", "bpftune_last_so")), null);

        Assert.All(loaded.Hooks, h => Assert.True(h.Works));
        Assert.DoesNotContain(_log.From(LogLevel.Debug), line => line.Contains(LongWay, StringComparison.Ordinal));
        var before = loaded.Object!.Variable<ulong>("fallback_runs");
        Loading.Connect();
        Assert.True(loaded.Object.Variable<ulong>("fallback_runs") > before, "nothing that was attached ran");
    }
}
