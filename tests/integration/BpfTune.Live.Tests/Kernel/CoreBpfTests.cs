using System.Diagnostics;
using System.Globalization;
using BpfTune.Engine;
using BpfTune.Engine.Kernel;
using BpfTune.Engine.Words;
using BpfTune.LibBpf;
using BpfTune.Live.Tests.Hooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Kernel;

public sealed class CoreBpfTests : IDisposable
{
    private const string Ttl = "net/ipv4/ip_default_ttl";

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

    private WriteHints Watch(List<(string Path, WriteSlot Slot)> written)
    {
        var hints = new WriteHints(_core) { Written = (path, slot, _) => written.Add((path, slot)) };
        hints.Watch(Ttl);
        return hints;
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
    public void WritesOfSomebodyElseTakeOneEntryUntilItIsCleared()
    {
        List<(string Path, WriteSlot Slot)> written = [];
        using var hints = Watch(written);
        RunInNewNamespace("echo 77 > /proc/sys/net/ipv4/ip_default_ttl; echo 78 > /proc/sys/net/ipv4/ip_default_ttl");
        hints.Drain();
        var (path, slot) = Assert.Single(written);
        Assert.Equal(Ttl, path);
        Assert.False(slot.IsTenants);
        Assert.NotEqual(0u, slot.Place.Inode);
        var hint = hints.Find(slot)!.Value;
        Assert.Equal(("64", "78", "sh"), (hint.Old.Trim(), hint.New.Trim(), hint.Command));
        Assert.Equal((2u, true, 0u), (hint.Count, hint.IsMixed, hint.TunerPid));
        Assert.NotEqual(_core.SelfProcessId, hint.Pid);
        hints.Clear(slot);
        Assert.Null(hints.Find(slot));
    }

    [Fact]
    public void WhatIsATenantsIsKeptApart()
    {
        List<(string Path, WriteSlot Slot)> written = [];
        using var hints = Watch(written);
        using var process = Process.Start("unshare", ["--user", "--map-root-user", "--net", "sh", "-ec", "echo 77 > /proc/sys/net/ipv4/ip_default_ttl"]);
        process.WaitForExit();
        Assert.SkipUnless(process.ExitCode == 0, "there are no user namespaces here");
        hints.Drain();
        var slot = Assert.Single(written).Slot;
        Assert.True(slot.IsTenants);
        Assert.Equal("77", hints.Find(slot)!.Value.New.Trim());
    }

    [Fact]
    public void TheDaemonsOwnWritesAndOthersSubjectsAreNot()
    {
        List<(string Path, WriteSlot Slot)> written = [];
        using var hints = Watch(written);
        // Writing back what is there changes nothing.
        const string Own = "/proc/sys/" + Ttl;
        File.WriteAllText(Own, File.ReadAllText(Own));
        RunInNewNamespace("cat /proc/sys/net/ipv4/tcp_rmem > /proc/sys/net/ipv4/tcp_rmem");
        hints.Ignore(Ttl);
        RunInNewNamespace("echo 77 > /proc/sys/net/ipv4/ip_default_ttl");
        hints.Drain();
        Assert.Empty(written);
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
}
