using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using BpfTune.Engine;
using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;
using BpfTune.Live.Tests.Hooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Kernel;

public sealed class CoreBpfTests : IDisposable
{
    private readonly CgroupRoot _cgroup;
    private readonly KernelTargets _targets = new();
    private readonly CoreBpf _core;
    private readonly Events _events = new();
    private readonly RingBuffer _ring;

    public CoreBpfTests()
    {
        Privilege.Require();
        _cgroup = CgroupRoot.Locate(null, NullLogger.Instance);
        _core = CoreBpf.Load(Loading.Loader(_cgroup, _targets), NullLogger.Instance);
        _ring = new RingBuffer(_events);
        _ring.Add(_core.Shared.Ring);
    }

    public void Dispose()
    {
        _ring.Dispose();
        _core.Dispose();
        _cgroup.Dispose();
        _targets.Dispose();
    }

    /// <summary>Runs a script in a new network namespace, so that its sysctls are nobody else's.</summary>
    private static void RunInNewNamespace(string script)
    {
        using var process = Process.Start("unshare", ["--net", "sh", "-ec", script]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private List<EngineBpf.sysctl_event> SysctlEvents()
    {
        _ring.Consume();
        return [.. _events.Records
            .Where(r => MemoryMarshal.Read<Sdk.EventHeader>(r).Kind == (ushort)EngineBpf.engine_event.ENGINE_SYSCTL_WRITE)
            .Select(r => MemoryMarshal.Read<EngineBpf.sysctl_event>(r))];
    }

    [Fact]
    public void BothHooksWork() => Assert.All(_core.Hooks, h => Assert.True(h.Works, Engine.Hooks.HookText.Lost(h)));

    [Fact]
    public void TheDaemonKnowsItself()
    {
        var status = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
        Assert.SkipUnless(status.Split('\t').Length == 2, "this process lives in a pid namespace");
        Assert.Equal((uint)Environment.ProcessId, _core.SelfProcessId);
    }

    [Fact]
    public void AWriteOfSomebodyElseIsSeenWithAllThatMatters()
    {
        RunInNewNamespace("echo 77 > /proc/sys/net/ipv4/ip_default_ttl");
        var e = Assert.Single(SysctlEvents(), e => Text(e.name) == "net/ipv4/ip_default_ttl");
        Assert.Equal("64", Text(e.old_value).Trim());
        Assert.Equal("77", Text(e.new_value).Trim());
        Assert.Equal("sh", Text(e.comm));
        Assert.NotEqual(0u, e.pid);
        Assert.NotEqual(_core.SelfProcessId, e.pid);
    }

    [Fact]
    public void TheDaemonsOwnWritesAndOthersSubjectsAreNot()
    {
        // Writing back what is there changes nothing.
        const string Own = "/proc/sys/net/ipv4/ip_default_ttl";
        File.WriteAllText(Own, File.ReadAllText(Own));
        RunInNewNamespace("cat /proc/sys/kernel/panic > /proc/sys/kernel/panic");
        Assert.Empty(SysctlEvents());
    }

    [Fact]
    public void ANewNamespacesFirstSocketIsSeen()
    {
        // 'net:[4026531840]'
        var global = uint.Parse(new FileInfo("/proc/self/ns/net").LinkTarget![5..^1], CultureInfo.InvariantCulture);
        // Any socket of IPv4 or IPv6 will do; netlink's do not count.
        RunInNewNamespace("bash -c 'exec 3<>/dev/udp/127.0.0.1/9' 2>/dev/null || true");
        _ring.Consume();
        Assert.Contains(
            _events.Headers,
            h => h.Kind == (ushort)EngineBpf.engine_event.ENGINE_NAMESPACE && h.TunerId == CoreBpf.TunerId && h.NamespaceInode != 0 && h.NamespaceInode != global);
    }

    [Fact]
    public void WithoutAnyHookTheMapsAreThereStill()
    {
        var nothing = new Engine.Hooks.MechanismRules(legacy: false, "cgroup/sysctl,cgroup/sock_create");
        using var core = CoreBpf.Load(Loading.Loader(_cgroup, _targets, nothing), NullLogger.Instance);
        Assert.All(core.Hooks, h => Assert.False(h.Works));
        Assert.NotEqual(0u, core.Shared.Ring.Id);
        Assert.NotEqual(0u, core.SelfProcessId);
    }

    private static string Text<T>(in T characters)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in characters, 1));
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
