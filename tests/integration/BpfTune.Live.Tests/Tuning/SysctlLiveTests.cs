using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;
using BpfTune.Live.Tests.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Tuning;

public sealed class SysctlLiveTests : IDisposable
{
    private const string Triple = "4096 131072 131072";

    private static readonly Tunable s_rmem =
        Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffers");

    private readonly NamespaceRegistry _registry;
    private readonly SysctlStore _store;

    public SysctlLiveTests()
    {
        Privilege.Require();
        _registry = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
        _store = new SysctlStore(_registry);
    }

    public void Dispose() => _registry?.Dispose();

    [Fact]
    public void AValueIsSetInsideAndNowhereElse()
    {
        using var blue = TestNamespace.Create();
        using var red = TestNamespace.Create();
        blue.SetSysctl(s_rmem.Name, Triple);
        red.SetSysctl(s_rmem.Name, Triple);
        Assert.True(_store.TryRead(s_rmem, _registry.Global, out var global));

        var place = _registry.Find(blue.Name)!;
        var update = _store.Update(s_rmem, place, value => value.With(2, 262144));
        Assert.Equal((Triple, "4096 131072 262144"), (update.Before.Text, update.After.Text));
        Assert.Equal("4096 131072 262144", blue.Sysctl(s_rmem.Name));
        Assert.Equal(Triple, red.Sysctl(s_rmem.Name));
        Assert.True(_store.TryRead(s_rmem, _registry.Global, out var after));
        Assert.Equal(global, after);
    }

    [Fact]
    public void AnAbsentOneIsNoErrorToAReader()
    {
        using var blue = TestNamespace.Create();
        var place = _registry.Find(blue.Name)!;
        var absent = new Tunable("net.ipv4.no_such_thing", TunableScope.Namespace, TunableUnit.Count, "");
        Assert.False(_store.TryRead(absent, place, out _));
        var failure = Assert.Throws<SysctlException>(() => _store.Update(absent, place, value => value));
        Assert.Equal($"this kernel has no net.ipv4.no_such_thing in namespace {blue.Name}", failure.Message);
    }

    [Theory]
    [InlineData("net.ipv4.tcp_rmem", "junk", "the kernel does not accept that value (EINVAL)")]
    [InlineData("net.ipv4.tcp_rmem", "-5 -5 -5", "the kernel does not accept that value (EINVAL)")]
    [InlineData("net.ipv4.tcp_congestion_control", "nosuch", "the kernel knows no such value (ENOENT)")]
    [InlineData("net.ipv4.tcp_available_congestion_control", "reno", "permission denied (EACCES); it takes root and CAP_NET_ADMIN there")]
    public void ARefusalIsASentence(string name, string value, string reason)
    {
        using var blue = TestNamespace.Create();
        var tunable = new Tunable(name, TunableScope.Namespace, TunableUnit.Text, "");
        var before = blue.Sysctl(name);
        var failure = Assert.Throws<SysctlException>(() =>
            _store.Update(tunable, _registry.Find(blue.Name)!, _ => TunableValue.Parse(value)));
        Assert.Equal($"{name} in namespace {blue.Name} cannot be set to '{value}': {reason}", failure.Message);
        Assert.False(failure.IsAbsent);
        Assert.Equal(before, blue.Sysctl(name));
    }

    [Fact]
    public void AVanishedNamespaceIsSaid()
    {
        using var blue = TestNamespace.Create();
        var place = _registry.Find(blue.Name)!;
        blue.Dispose();
        var failure = Assert.Throws<NamespaceGoneException>(() => _store.Update(s_rmem, place, value => value.With(2, 262144)));
        Assert.Equal($"namespace {blue.Name} is gone", failure.Message);
        Assert.False(_store.TryRead(s_rmem, place, out _));
    }

    [Fact]
    public void AReadOnlyProcIsSaid() => OwnThread.WithPrivateMounts(() =>
    {
        OwnThread.MakeReadOnly("/proc/sys");
        using var registry = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
        var failure = Assert.Throws<SysctlException>(() =>
            new SysctlStore(registry).Update(s_rmem, registry.Global, value => value.With(2, value[2] + 1)));
        Assert.Equal(Errno.EROFS, failure.Errno);
        Assert.EndsWith("/proc/sys is mounted read-only (EROFS)", failure.Message, StringComparison.Ordinal);
    });
}
