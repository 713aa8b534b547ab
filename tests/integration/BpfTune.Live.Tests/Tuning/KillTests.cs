using System.Diagnostics;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Live.Tests.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Tuning;

/// <summary>A process that tunes is killed by SIGKILL; everything is put back from its journal.</summary>
public sealed class KillTests : IDisposable
{
    private const string Rmem = "net.ipv4.tcp_rmem";
    private const string Original = "4096 131072 131072";

    private readonly string _directory = Directory.CreateTempSubdirectory("bpftune-live-").FullName;
    private readonly NamespaceRegistry _registry;

    public KillTests()
    {
        Privilege.Require();
        _registry = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
    }

    private string Path => System.IO.Path.Combine(_directory, "journal.jsonl");

    public void Dispose()
    {
        _registry?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("intent", 2)] // The third intent is written down, the sysctl is not.
    [InlineData("written", 3)] // The third sysctl is written, its outcome is not.
    public void KilledAtTheWorstMoment(string moment, int steps)
    {
        using var blue = TestNamespace.Create();
        blue.SetSysctl(Rmem, Original);
        RunAndKill(blue, moment, line => line == "stopped");
        Assert.Equal($"4096 131072 {131072 + (steps * 4096)}", blue.Sysctl(Rmem));
        Assert.Equal(RollbackOutcome.Restored, Assert.Single(RollBack()).Outcome);
        Assert.Equal(Original, blue.Sysctl(Rmem));
        Assert.Empty(RollBack());
    }

    [Fact]
    public void KilledAtAnyMoment()
    {
        using var blue = TestNamespace.Create();
        var random = new Random(1);
        for (var round = 0; round < 5; round++)
        {
            blue.SetSysctl(Rmem, Original);
            var changes = random.Next(1, 400);
            RunAndKill(blue, "any", _ => --changes <= 0);
            Assert.NotEqual(Original, blue.Sysctl(Rmem));
            Assert.Equal(RollbackOutcome.Restored, Assert.Single(RollBack()).Outcome);
            Assert.Equal(Original, blue.Sysctl(Rmem));
        }
    }

    [Fact]
    public void KilledTwiceTheFirstOriginalComesBack()
    {
        using var blue = TestNamespace.Create();
        blue.SetSysctl(Rmem, Original);
        RunAndKill(blue, "written", line => line == "stopped");
        // As a line looks that a full disk cut short: it has the next number.
        File.AppendAllText(Path, $"{{\"line\":{File.ReadAllLines(Path).Length + 1},\"seq\":77,\"ti");
        RunAndKill(blue, "written", line => line == "stopped");
        Assert.Equal($"4096 131072 {131072 + (6 * 4096)}", blue.Sysctl(Rmem));
        Assert.Equal(Original, Assert.Single(RollBack()).To);
        Assert.Equal(Original, blue.Sysctl(Rmem));
    }

    [Fact]
    public void WhatSomebodyElseSetSinceIsLeft()
    {
        using var blue = TestNamespace.Create();
        blue.SetSysctl(Rmem, Original);
        RunAndKill(blue, "written", line => line == "stopped");
        blue.SetSysctl(Rmem, "4096 131072 777777");
        var entry = Assert.Single(RollBack());
        Assert.Equal(RollbackOutcome.Left, entry.Outcome);
        Assert.Equal(
            $"net.ipv4.tcp_rmem in namespace {blue.Name} is '4096 131072 777777', which somebody else has set since: "
            + $"left as it is (before our first change it was '{Original}')",
            entry.Text);
        Assert.Equal("4096 131072 777777", blue.Sysctl(Rmem));
    }

    [Fact]
    public void ANamespaceThatIsGoneIsSaidAndSkipped()
    {
        using (var blue = TestNamespace.Create())
        {
            blue.SetSysctl(Rmem, Original);
            RunAndKill(blue, "written", line => line == "stopped");
        }

        Assert.Equal(RollbackOutcome.Gone, Assert.Single(RollBack()).Outcome);
        Assert.Empty(RollBack());
    }

    [Theory]
    [InlineData(true)] // By an open descriptor.
    [InlineData(false)] // By a mount in another mount namespace.
    public void ANamespaceThatIsHeldElsewhereLivesAndIsPutBack(bool byDescriptor)
    {
        var blue = TestNamespace.Create();
        using (blue)
        {
            blue.SetSysctl(Rmem, Original);
            RunAndKill(blue, "written", line => line == "stopped");
            if (byDescriptor)
            {
                using var held = File.OpenHandle(blue.Path);
                blue.Dispose();
                RollBackHeld(blue, $"/proc/self/fd/{held.DangerousGetHandle()}");
            }
            else
            {
                OwnThread.WithPrivateMounts(() =>
                {
                    // Deleting the name ends the mounts on it in all mount namespaces, so one on another file holds it.
                    var elsewhere = System.IO.Path.Combine(_directory, "elsewhere");
                    File.WriteAllText(elsewhere, "");
                    OwnThread.Bind(blue.Path, elsewhere);
                    blue.Dispose();
                    RollBackHeld(blue, elsewhere);
                });
            }
        }

        // Now it has ended.
        Assert.Equal(NamespaceHandle.Exists(new NamespaceId(_registry.Global.Id.Inode, _registry.Global.Id.Cookie)) ? 0 : 1, RollBack().Count);
    }

    private void RollBackHeld(TestNamespace held, string path)
    {
        var entry = Assert.Single(RollBack());
        if (!NamespaceHandle.Exists(_registry.Global.Id))
        {
            // Before Linux 6.18 nothing leads there; its first value is kept.
            Assert.Equal(RollbackOutcome.Unreachable, entry.Outcome);
            return;
        }

        Assert.Equal(RollbackOutcome.Restored, entry.Outcome);
        using var entered = new NamespaceEntry();
        Assert.True(entered.TryRun(path, new NamespaceId(held.Inode, held.Cookie), () => File.ReadAllText("/proc/sys/net/ipv4/tcp_rmem"), out var text));
        Assert.Equal(Original, text!.Trim().Replace('\t', ' '));
    }

    private IReadOnlyList<RollbackEntry> RollBack()
    {
        using var journal = new Journal(Path, TimeProvider.System, NullLogger.Instance);
        return new Rollback(journal, new SysctlStore(_registry), _registry, () => [], NullLogger.Instance).Run();
    }

    private void RunAndKill(TestNamespace place, string moment, Predicate<string> isTime)
    {
        using var victim = Process.Start(new ProcessStartInfo(
            System.IO.Path.Combine(AppContext.BaseDirectory, "BpfTune.Live.Victim"), [Path, place.Name, moment])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            while (victim.StandardOutput.ReadLine() is { } line)
            {
                Assert.True(line is "changed" or "stopped", line);
                if (isTime(line))
                    return;
            }

            Assert.Fail("the victim ended by itself");
        }
        finally
        {
            victim.Kill();
            victim.WaitForExit();
        }
    }
}
