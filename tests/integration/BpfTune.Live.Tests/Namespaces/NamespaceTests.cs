using System.Diagnostics;
using System.Net.Sockets;
using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Live.Tests.Namespaces;

public sealed class NamespaceTests : IDisposable
{
    private readonly LineLogger _log = new();
    private readonly NamespaceRegistry _registry;
    private readonly List<string> _gone = [];

    public NamespaceTests()
    {
        Privilege.Require();
        _registry = new NamespaceRegistry(TimeProvider.System, _log);
        _registry.Gone += gone => _gone.Add(gone.Name);
    }

    public void Dispose() => _registry?.Dispose();

    [Fact]
    public void ANamedOneIsFoundEnteredAndLeft()
    {
        using var blue = TestNamespace.Create();
        var found = _registry.Resolve(blue.Inode, blue.Cookie, 0)!;
        Assert.Equal((blue.Name, new NamespaceId(blue.Inode, blue.Cookie)), (found.Name, found.Id));
        Assert.Same(found, _registry.Find(blue.Name));

        var inside = _registry.Run(found, () =>
            (NamespaceFile.InodeOf("/proc/thread-self/ns/net"), Thread.CurrentThread.IsThreadPoolThread, Environment.CurrentManagedThreadId));
        Assert.Equal((blue.Inode, false), (inside.Item1, inside.IsThreadPoolThread));
        Assert.NotEqual(Environment.CurrentManagedThreadId, inside.CurrentManagedThreadId);
        Assert.Equal(_registry.Global.Id.Inode, NamespaceFile.InodeOf("/proc/thread-self/ns/net"));
        Assert.Equal(inside.CurrentManagedThreadId, _registry.Run(found, () => Environment.CurrentManagedThreadId));
        Assert.Empty(Descriptors.ForeignNamespaces);
    }

    [Fact]
    public void ProcNetIsTheNamespacesByThreadSelfOnly()
    {
        using var blue = TestNamespace.Create();
        var found = _registry.Find(blue.Name)!;
        var devices = _registry.Run(found, () => File.ReadAllText("/proc/thread-self/net/dev"));
        Assert.DoesNotContain("eth0", devices, StringComparison.Ordinal);
        Assert.Contains("lo:", devices, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExceptionInsideComesOutAndTheThreadComesHome()
    {
        using var blue = TestNamespace.Create();
        var found = _registry.Find(blue.Name)!;
        Assert.Throws<FormatException>(() => _registry.Run<int>(found, () => throw new FormatException()));
        Assert.Throws<InvalidOperationException>(() => _registry.Run(found, () => _registry.Run(found, () => 1)));
        Assert.Equal(blue.Inode, _registry.Run(found, () => NamespaceFile.InodeOf("/proc/thread-self/ns/net")));
    }

    [Fact]
    public void OneOfAProcessAloneIsFoundWithAndWithoutAHint()
    {
        using var process = new UnsharedProcess();
        using var second = new NamespaceRegistry(TimeProvider.System, _log);
        var hinted = _registry.Resolve(process.Inode, 0, process.Id)!;
        var searched = second.Resolve(process.Inode, 0, 0)!;
        Assert.Equal($"inode {process.Inode}", hinted.Name);
        Assert.Equal(hinted.Id, searched.Id);
        Assert.NotEqual(0ul, hinted.Id.Cookie);
        Assert.Equal(process.Inode, _registry.Run(hinted, () => NamespaceFile.InodeOf("/proc/thread-self/ns/net")));

        process.End();
        Assert.Throws<NamespaceGoneException>(() => Eventually(() => _registry.Run(hinted, () => 1)));
        second.Refresh();
        second.Sweep();
        Assert.Single(second.Known);
    }

    [Fact]
    public void OneThatMovesFromANameToAProcessStaysTheSame()
    {
        using var blue = TestNamespace.Create();
        var found = _registry.Find(blue.Name)!;
        using var process = Process.Start("ip", ["netns", "exec", blue.Name, "sleep", "600"]);
        try
        {
            Until(() => NamespaceFile.InodeOfProcess((uint)process.Id) == blue.Inode);
            blue.Dispose();
            _registry.ProcessWatch();
            _registry.Refresh();
            Assert.Same(found, _registry.Resolve(blue.Inode, blue.Cookie, 0));
            Assert.Equal(blue.Inode, _registry.Run(found, () => NamespaceFile.InodeOf("/proc/thread-self/ns/net")));
            Assert.Empty(_gone);
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    [Fact]
    public void OneThatOnlyASocketHoldsIsFoundWhereTheKernelCanTell()
    {
        var blue = TestNamespace.Create();
        Socket? socket = null;
        using (blue)
        {
            var found = _registry.Find(blue.Name)!;
            socket = _registry.Run(found, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        }

        using (socket)
        {
            using var fresh = new NamespaceRegistry(TimeProvider.System, _log);
            var found = fresh.Resolve(blue.Inode, blue.Cookie, 0);
            if (NamespaceHandle.Exists(_registry.Global.Id))
            {
                Assert.Equal(new NamespaceId(blue.Inode, blue.Cookie), found!.Id);
                Assert.Equal(blue.Inode, fresh.Run(found, () => NamespaceFile.InodeOf("/proc/thread-self/ns/net")));
                Assert.Equal(NamespaceOwner.Machine, found.Owner);
                return;
            }

            // Before Linux 6.18 nothing leads there, and that is normal.
            Assert.Null(found);
            Assert.Empty(_log.From(LogLevel.Information));
        }
    }

    [Fact]
    public void TheWatchTellsOfADeletedName()
    {
        using var blue = TestNamespace.Create();
        _registry.Find(blue.Name);
        _registry.ProcessWatch();
        blue.Dispose();
        Assert.True(IsReadable(_registry.WatchFd));
        _registry.ProcessWatch();
        Assert.False(IsReadable(_registry.WatchFd));
        Assert.Equal([blue.Name], _gone);
        Assert.Null(_registry.Find(blue.Name));
    }

    [Fact]
    public void AReusedInodeIsToldByItsCookie()
    {
        Assert.SkipWhen(_registry.Global.Id.Cookie == 0, "this kernel has no namespace cookies (they came with 5.14)");
        var first = TestNamespace.Create();
        var old = _registry.Resolve(first.Inode, first.Cookie, 0)!;
        TestNamespace? second = null;
        try
        {
            // The number is free once the kernel has cleaned up, a moment after the name is gone.
            first.Dispose();
            for (var i = 0; i < 200 && second?.Inode != first.Inode; i++)
            {
                second?.Dispose();
                Thread.Sleep(20);
                second = TestNamespace.Create(first.Name);
            }

            Assert.SkipUnless(second!.Inode == first.Inode, "the kernel did not use the number again");
            Assert.NotEqual(first.Cookie, second.Cookie);

            // Same name, same inode, another namespace: it must not be entered as the old one.
            Assert.Throws<NamespaceGoneException>(() => _registry.Run(old, () => 1));
            Assert.Equal([first.Name], _gone);
            var now = _registry.Resolve(second.Inode, second.Cookie, 0)!;
            Assert.NotSame(old, now);
            Assert.Equal(1, _registry.Run(now, () => 1));
            Assert.Null(_registry.Resolve(first.Inode, first.Cookie, 0));
            Assert.Same(now, _registry.Resolve(second.Inode, second.Cookie, 0));
        }
        finally
        {
            second?.Dispose();
        }
    }

    [Fact]
    public void TheThreadSleepsWithoutATimer()
    {
        using var blue = TestNamespace.Create();
        var task = _registry.Run(_registry.Find(blue.Name)!, () => new DirectoryInfo("/proc/thread-self").ResolveLinkTarget(true)!.FullName);
        Thread.Sleep(100);
        var before = Switches(task);
        Thread.Sleep(2000);
        Assert.Equal(before, Switches(task));
    }

    [Fact]
    public void WithoutPrivilegeItSaysWhatIsMissing()
    {
        using var blue = TestNamespace.Create();
        OwnThread.WithoutSysAdmin(() =>
        {
            using var registry = new NamespaceRegistry(TimeProvider.System, _log);
            var failure = Assert.Throws<NamespaceException>(() =>
                registry.Run(registry.Resolve(blue.Inode, blue.Cookie, 0)!, () => 1));
            Assert.Equal($"namespace /run/netns/{blue.Name} cannot be entered: CAP_SYS_ADMIN is missing (EPERM)", failure.Message);
        });
    }

    /// <summary>How often a thread has gone to sleep, or was made to.</summary>
    private static string Switches(string task)
    {
        var lines = File.ReadAllLines(task + "/status").Where(line => line.Contains("ctxt_switches", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, lines.Length);
        return string.Join(' ', lines);
    }

    private static bool IsReadable(int fd)
    {
        Assert.True(fd >= 0);
        return Wait(fd, 0);
    }

    private static unsafe bool Wait(int fd, int milliseconds)
    {
        var poll = new Engine.Interop.Namespaces.PollFd { Fd = fd, Events = 1 };
        return Engine.Interop.Namespaces.Poll(&poll, 1, milliseconds) > 0;
    }

    private static void Eventually(Func<int> action)
    {
        for (var i = 0; i < 200; i++)
        {
            action();
            Thread.Sleep(10);
        }
    }

    private static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)), "it did not come about in 10 s");
}
