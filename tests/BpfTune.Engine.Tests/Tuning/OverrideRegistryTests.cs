using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class OverrideRegistryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly MemoryStore _store = new();
    private Journal _journal;
    private OverrideRegistry _overrides;

    public OverrideRegistryTests()
    {
        _journal = Open();
        _overrides = Make();
    }

    public void Dispose()
    {
        _journal.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void ATunerStopsInThatNamespaceAndOnlyThere()
    {
        var made = Assert.Single(Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4"));
        Assert.Equal("pid 4242 (sysctl) set net.ipv4.tcp_rmem in namespace blue; tcp_buffer stops tuning it there", made.Sentence);
        Assert.Equal(made.Sentence, Assert.Single(_log.Of(LogLevel.Information)));
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Red));
        Assert.False(_overrides.IsOverridden("other", Sample.Blue));
    }

    [Fact]
    public void TheGlobalNamespaceIsNamedInWords() => Assert.Equal(
        "pid 4242 (sysctl) set net.ipv4.tcp_rmem in the global namespace; tcp_buffer stops tuning it there",
        Assert.Single(Observe(Sample.Global, "net.ipv4.tcp_rmem", "1 2 3", "1 2 4")).Sentence);

    [Theory]
    // Another tunable, one whose name only ends alike, and writes that change nothing.
    [InlineData("net/ipv4/tcp_wmem", "1 2 3", "1 2 4")]
    [InlineData("ipv4/tcp_rmem", "1 2 3", "1 2 4")]
    [InlineData("x/net/ipv4/tcp_rmem", "1 2 3", "1 2 4")]
    [InlineData("net/ipv4/tcp_rmem", "1\t2\t3\n", "1 2 3")]
    [InlineData("net/ipv4/tcp_rmem", "1 2 3", "1")]
    [InlineData("net/ipv4/tcp_rmem", "1 2 3", "1 2\n")]
    public void WhatDoesNotCount(string name, string old, string written)
    {
        Assert.Empty(Observe(Sample.Blue, name, old, written));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
    }

    [Fact]
    public void AWriteThatTheKernelRefusedDoesNotCount()
    {
        _store[Sample.Blue, Sample.Rmem] = "1 2 3";
        Assert.Empty(_overrides.Observe(new SysctlWrite(1, "sysctl", Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "garbage")));
        Assert.Empty(_overrides.Observe(new SysctlWrite(1, "sysctl", Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "-1 2 3")));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
    }

    [Fact]
    public void AMachineWideTunableStopsItsTunerInTheGlobalNamespace()
    {
        var made = Assert.Single(Observe(Sample.Blue, "net/ipv4/tcp_mem", "1 2 3", "1 2 4"));
        Assert.Equal(Sample.Global.Id, made.Namespace.Id);
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Global));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
    }

    [Fact]
    public void ResumeUndoesItInOneNamespaceOrInAll()
    {
        Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4");
        Observe(Sample.Red, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4");
        Assert.Equal("blue", Assert.Single(_overrides.Resume("tcp_buffer", Sample.Blue)).Namespace.Name);
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Red));
        Assert.Single(_overrides.Resume("tcp_buffer"));
        Assert.Empty(_overrides.All);
        Assert.Empty(_overrides.Resume("tcp_buffer"));
        Assert.Empty(_overrides.Resume("nobody"));
    }

    [Fact]
    public void ARestartRemembersAndResumeIsRememberedToo()
    {
        Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4");
        Observe(Sample.Red, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4");
        _overrides.Resume("tcp_buffer", Sample.Red);
        Restart();
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
        Assert.False(_overrides.IsOverridden("tcp_buffer", Sample.Red));
        var kept = Assert.Single(_overrides.Of("tcp_buffer"));
        Assert.Equal((4242u, "sysctl", "1 2 3", "1 2 4"), (kept.Pid, kept.Command, kept.Old, kept.New));
        Assert.Equal(_time.GetUtcNow(), kept.Time);
    }

    [Fact]
    public void RepeatedWritesAreOneOverrideToldOnce()
    {
        Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4");
        Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 4", "1 2 5");
        Assert.Equal("1 2 5", Assert.Single(_overrides.All).New);
        Assert.Single(_log.Of(LogLevel.Information));
    }

    [Fact]
    public void AnUnloadedTunerIsNotConcernedAndItsOverridesWait()
    {
        Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4");
        _overrides.Unmanage("tcp_buffer");
        Assert.Empty(Observe(Sample.Red, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4"));
        Assert.True(_overrides.IsOverridden("tcp_buffer", Sample.Blue));
    }

    [Fact]
    public void TwoTunersOfOneTunableBothStop()
    {
        _overrides.Manage("udp_buffer", [Sample.Rmem]);
        Assert.Equal(
            ["tcp_buffer", "udp_buffer"],
            Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4").Select(o => o.Tuner));
    }

    [Fact]
    public void AGoneNamespaceTakesItsOverridesAlong()
    {
        Observe(Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4");
        _overrides.NamespaceGone(Sample.Blue);
        Assert.Empty(_overrides.All);
    }

    [Fact]
    public void NobodyForgesALineOfTheLog()
    {
        _store[Sample.Blue, Sample.Rmem] = "1 2 4";
        var made = Assert.Single(_overrides.Observe(
            new SysctlWrite(1, "x\n<3>evil\u001b[2J", Sample.Blue, "net/ipv4/tcp_rmem", "1 2 3", "1 2 4\n" + new string('0', 500))));
        Assert.DoesNotContain(made.Sentence, char.IsControl);
        Assert.InRange(made.New.Length, 1, 128);
    }

    private IReadOnlyList<AdministratorOverride> Observe(NetworkNamespace place, string name, string old, string written)
    {
        // The kernel has taken the write by the time that the report is read.
        foreach (var tunable in (Tunable[])[Sample.Rmem, Sample.TcpMem])
        {
            _store[place, tunable] = written;
            _store[Sample.Global, tunable] = written;
        }

        return _overrides.Observe(new SysctlWrite(4242, "sysctl", place, name, old, written));
    }

    private void Restart()
    {
        _journal.Dispose();
        _journal = Open();
        _overrides = Make();
    }

    private Journal Open() => new(_directory["journal.jsonl"], _time, _log, null, "boot");

    private OverrideRegistry Make()
    {
        var made = new OverrideRegistry(_journal, _store, Sample.Global, _ => _log);
        made.Manage("tcp_buffer", [Sample.Rmem, Sample.TcpMem]);
        return made;
    }
}
