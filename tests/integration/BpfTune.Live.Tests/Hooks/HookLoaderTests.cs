using BpfTune.Engine.Hooks;
using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Hooks;

public sealed class HookLoaderTests : IDisposable
{
    private readonly CgroupRoot _cgroup;
    private readonly KernelTargets _targets = new();
    private readonly KernelTargets _ignorant = Loading.Ignorant();

    public HookLoaderTests()
    {
        Privilege.Require();
        _cgroup = CgroupRoot.Locate(null, NullLogger.Instance);
    }

    public void Dispose()
    {
        _cgroup.Dispose();
        _targets.Dispose();
        _ignorant.Dispose();
    }

    private HookLoader Loader(MechanismRules? rules = null) => Loading.Loader(_cgroup, _targets, rules);

    private static IEnumerable<string> Failures(HookStatus status) => status.Failures.Select(HookText.Attempt);

    [Fact]
    public void AMissingTargetCostsItsMechanismOnly()
    {
        using var loaded = Loader().Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("trace", "bpftune_missing_tb", "bpftune_missing_rt", "bpftune_present_rt"),
            Loading.Hook("last", "bpftune_missing_kp", "bpftune_last_so")), null);

        Assert.Equal((MechanismKind.RawTracepoint, "tcp_destroy_sock"), (loaded.Hooks[0].Chosen!.Kind, loaded.Hooks[0].Chosen!.Target));
        Assert.Equal(
            [
                "tp_btf bpftune_no_such_tracepoint: kernel has no tracepoint bpftune_no_such_tracepoint to trace",
                "raw_tp bpftune_no_such_tracepoint: kernel has no tracepoint bpftune_no_such_tracepoint to trace",
            ],
            Failures(loaded.Hooks[0]));
        Assert.Equal(MechanismKind.SockOps, loaded.Hooks[1].Chosen!.Kind);
        Assert.Equal(["bpftune_last_so", "bpftune_present_rt"], loaded.Object!.Programs.Select(p => p.Name).Order(StringComparer.Ordinal));

        var before = loaded.Object.Variable<ulong>("fallback_runs");
        Loading.Connect();
        Assert.True(loaded.Object.Variable<ulong>("fallback_runs") > before, "nothing that was attached ran");
    }

    [Fact]
    public void WhatTheProbesDoNotKnowIsFoundOutByTrying()
    {
        // Nothing is known in advance here: the tp_btf program fails at its load, the raw_tp one at its attaching.
        using var loaded = Loading.Loader(_cgroup, _ignorant).Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("trace", "bpftune_missing_tb", "bpftune_missing_rt", "bpftune_last_so")), null);

        var status = Assert.Single(loaded.Hooks);
        Assert.Equal(MechanismKind.SockOps, status.Chosen!.Kind);
        Assert.Equal(
            [
                "tp_btf bpftune_no_such_tracepoint: kernel has no tracepoint bpftune_no_such_tracepoint to trace",
                "raw_tp bpftune_no_such_tracepoint: kernel has no tracepoint bpftune_no_such_tracepoint to trace",
            ],
            Failures(status));
    }

    [Fact]
    public void AHookWithNothingLeftIsLostInOneLineAndTheOthersLive()
    {
        using var loaded = Loader().Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("gone", "bpftune_missing_tb", "bpftune_missing_rt"),
            Loading.Hook("last", "bpftune_last_so")), null);
        Assert.Equal(
            "gone: gone is not observed (tp_btf bpftune_no_such_tracepoint: kernel has no tracepoint bpftune_no_such_tracepoint to trace;"
            + " raw_tp bpftune_no_such_tracepoint: kernel has no tracepoint bpftune_no_such_tracepoint to trace)",
            HookText.Lost(loaded.Hooks[0]));
        Assert.True(loaded.Hooks[1].Works);
    }

    [Fact]
    public void WhichKernelsHaveItIsSaidWhereTheTunerKnows()
    {
        using var loaded = Loader().Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("gone", "bpftune_missing_tb")).Available("bpftune_no_such_tracepoint", "gone since Linux 2.0"), null);
        Assert.Equal(
            "kernel has no tracepoint bpftune_no_such_tracepoint to trace (gone since Linux 2.0)",
            Assert.Single(Assert.Single(loaded.Hooks).Failures).Reason);
    }

    [Fact]
    public void AMissingFunctionIsNamedWhateverTheKernelAllows()
    {
        using var loaded = Loader().Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("gone", "bpftune_missing_fe", "bpftune_missing_kp")), null);
        var status = Assert.Single(loaded.Hooks);
        Assert.Null(loaded.Object);
        // Where the kernel has neither mechanism that is the reason; where it has them, the function is.
        Assert.Equal(["fentry bpftune_no_such_function", "kprobe bpftune_no_such_function"], Failures(status).Select(f => f.Split(": ")[0]));
        var fentry = Privilege.Kernel.Features!.Fentry;
        Assert.Equal(fentry.IsNo ? fentry.Reason : "kernel has no function bpftune_no_such_function to trace", status.Failures[0].Reason);
        var kprobe = Privilege.Kernel.Features.Kprobe;
        Assert.Equal(kprobe.IsNo ? kprobe.Reason : "kernel has no function bpftune_no_such_function to trace", status.Failures[1].Reason);
    }

    [Fact]
    public void WhatTheVerifierRejectsGivesWay()
    {
        using var loaded = Loader().Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("trace", "bpftune_rejected_rt", "bpftune_present_rt"),
            Loading.Hook("last", "bpftune_last_so")), null);
        Assert.Equal(MechanismKind.RawTracepoint, loaded.Hooks[0].Chosen!.Kind);
        Assert.Equal(["bpftune_present_rt"], loaded.Hooks[0].Chosen!.Mechanism.Programs);
        var reason = Assert.Single(loaded.Hooks[0].Failures).Reason;
        Assert.StartsWith("the kernel's verifier rejects it: ", reason, StringComparison.Ordinal);
        Assert.Contains("invalid mem access", reason, StringComparison.Ordinal);
        Assert.Empty(loaded.Hooks[1].Failures);
    }

    [Fact]
    public void AProgramOfTwoHooksIsAttachedOnce()
    {
        using var loaded = Loader().Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("one", "bpftune_last_so"), Loading.Hook("two", "bpftune_last_so")), null);
        Assert.All(loaded.Hooks, h => Assert.True(h.Works));
        Assert.Equal(1, Loading.LinksOf(loaded.Object!.Program("bpftune_last_so").GetInfo().Id));
    }

    [Fact]
    public void NothingIsLeftBehind()
    {
        uint[] programs, maps;
        using (var loaded = Loader().Load(Loading.Owner, 1, Loading.Declare(Loading.Hook("a", "bpftune_present_tb"), Loading.Hook("b", "bpftune_last_so")), null))
        {
            programs = [.. loaded.Object!.Programs.Select(p => p.GetInfo().Id)];
            maps = [.. loaded.Object.Maps.Select(m => m.Id)];
            Assert.Equal(2, programs.Length);
            Assert.NotEmpty(maps);
            Assert.Subset(BpfInventory.ProgramIds().ToHashSet(), programs.ToHashSet());
            Assert.Subset(BpfInventory.MapIds().ToHashSet(), maps.ToHashSet());
        }

        Assert.True(Loading.Eventually(() => !BpfInventory.ProgramIds().Intersect(programs).Any()), "a program is left behind");
        Assert.True(Loading.Eventually(() => !BpfInventory.MapIds().Intersect(maps).Any()), "a map is left behind");
    }

    [Fact]
    public void RulesMoveAHookOn()
    {
        var rules = new MechanismRules(legacy: false, "tp_btf:tcp_destroy_sock,sockops");
        using var loaded = Loader(rules).Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("trace", "bpftune_present_tb", "bpftune_present_rt"), Loading.Hook("last", "bpftune_last_so")), null);
        Assert.Equal(MechanismKind.RawTracepoint, loaded.Hooks[0].Chosen!.Kind);
        Assert.Equal("last: last is not observed (sock_ops cgroup root: forbidden by BPFTUNE_FORBID)", HookText.Lost(loaded.Hooks[1]));
    }

    [Fact]
    public void LegacyModeDoesWithoutTypedTracepoints()
    {
        using var loaded = Loader(new MechanismRules(legacy: true)).Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("trace", "bpftune_present_tb", "bpftune_present_rt")), null);
        Assert.Equal("not used in legacy mode", Assert.Single(loaded.Hooks[0].Failures).Reason);
        Assert.Equal(MechanismKind.RawTracepoint, loaded.Hooks[0].Chosen!.Kind);
    }

    [Fact]
    public void WithoutACgroupItsHooksAreLost()
    {
        using var loaded = Loading.Loader(null, _targets).Load(Loading.Owner, 1, Loading.Declare(
            Loading.Hook("last", "bpftune_last_so"), Loading.Hook("trace", "bpftune_present_rt")), null);
        Assert.Equal("last: last is not observed (sock_ops cgroup root: there is no cgroup2 hierarchy to attach to)", HookText.Lost(loaded.Hooks[0]));
        Assert.True(loaded.Hooks[1].Works);
    }

    [Fact]
    public void ATunersObjectUsesTheEnginesMapsAndItsOwnNumber()
    {
        using var core = CoreBpf.Load(Loader(), NullLogger.Instance);
        using var loaded = Loader().Load(Loading.Owner, 42, Loading.Declare(Loading.Hook("event", "bpftune_event_rt")), core.Shared);
        Assert.Equal(core.Shared.Ring.Id, loaded.Object!.Map(SharedMaps.RingName).Id);
        Assert.Equal(core.Shared.Rate.Id, loaded.Object.Map(SharedMaps.RateName).Id);
        Assert.Equal(core.Shared.Share.Id, loaded.Object.Map(SharedMaps.ShareName).Id);
        Assert.Equal(core.Shared.Lost.Id, loaded.Object.Map(SharedMaps.LostName).Id);
        Assert.Equal(42, loaded.Object.GetVariable<ushort>(SharedMaps.TunerIdName));

        var events = new Events();
        using var ring = new RingBuffer(events);
        ring.Add(core.Shared.Ring);
        Loading.Connect();
        ring.Consume();
        Assert.Contains(events.Headers, h => h is { TunerId: 42, Kind: 7 } && h.NamespaceInode != 0);
    }

    [Fact]
    public void AnObjectThatIsNoneIsTheTunersFault()
    {
        var declaration = new TunerDeclaration().Object("garbage"u8.ToArray()).Hook(Loading.Hook("x", "y"));
        Assert.Throws<BpfException>(() => Loader().Load(Loading.Owner, 1, declaration, null));
    }

    [Fact]
    public void ATunerWithoutAnObjectLoadsNothing()
    {
        var declaration = new TunerDeclaration().Hook(new Hook("c", "x is not seen", Mechanism.ProcCounter("X in /proc/net/netstat")));
        using var loaded = Loader().Load(Loading.Owner, 1, declaration, null);
        Assert.Null(loaded.Object);
        Assert.True(Assert.Single(loaded.Hooks).Works);
    }
}
