using System.Diagnostics;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Namespaces;

public sealed class ChurnTests
{
    private static readonly Tunable s_rmem =
        Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffers");

    [Fact]
    public void TwoHundredComeAndGoWithoutATrace()
    {
        Privilege.Require();
        using var registry = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
        var store = new SysctlStore(registry);
        var gone = 0;
        registry.Gone += _ => gone++;

        // The first few load code and fill caches.
        for (var i = 0; i < 20; i++)
            Visit(registry, store);

        // What earlier tests left to the collector must not be counted, nor help.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var descriptors = Descriptors.Count;
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var cpu = TimeSpan.Zero;
        for (var i = 0; i < 200; i++)
            cpu += Visit(registry, store);

        registry.Sweep();
        Assert.Equal(220, gone);
        Assert.Single(registry.Known);
        // The runtime keeps two for each assembly that it loads meanwhile; a leak would be two hundred.
        Assert.InRange(Descriptors.Count, 0, descriptors + 8);
        Assert.Empty(Descriptors.ForeignNamespaces);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 64 * 1024);
        TestContext.Current.SendDiagnosticMessage($"200 namespaces found, read, written and dropped: {cpu.TotalMilliseconds:0} ms");
    }

    [Fact]
    public void AThousandAliveCostLittleEach()
    {
        Privilege.Require();
        const int count = 1000;
        var prefix = $"core_{Environment.ProcessId}_m";
        var batch = Path.GetTempFileName();
        using var registry = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
        try
        {
            File.WriteAllLines(batch, Enumerable.Range(0, count).Select(i => $"netns add {prefix}{i}"));
            Command.Run("ip", "-batch", batch);
            var inodes = Enumerable.Range(0, count).Select(i => NamespaceFile.InodeOf($"/run/netns/{prefix}{i}")!.Value).ToArray();
            var start = Stopwatch.GetTimestamp();

            // As events would name them: with a cookie, whose value does not matter before the namespace is entered.
            for (var i = 0; i < count; i++)
                Assert.Equal($"{prefix}{i}", registry.Resolve(inodes[i], 1_000_000 + (ulong)i, 0)?.Name);
            var found = Stopwatch.GetElapsedTime(start);
            start = Stopwatch.GetTimestamp();
            for (var i = 0; i < 100_000; i++)
                registry.Resolve(inodes[i % count], 0, 0);
            var again = Stopwatch.GetElapsedTime(start);
            TestContext.Current.SendDiagnosticMessage(
                $"{count} namespaces: {found.TotalMicroseconds / count:0.0} µs to find each, {again.TotalNanoseconds / 100_000:0} ns to find it again");
            Assert.Equal(count + 1, registry.Known.Count);
        }
        finally
        {
            File.WriteAllLines(batch, Enumerable.Range(0, count)
                .Where(i => File.Exists($"/run/netns/{prefix}{i}"))
                .Select(i => $"netns delete {prefix}{i}"));
            Command.Run("ip", "-batch", batch);
            File.Delete(batch);
        }

        registry.ProcessWatch();
        Assert.Single(registry.Known);
    }

    private static TimeSpan Visit(NamespaceRegistry registry, SysctlStore store)
    {
        using var churned = TestNamespace.Create();
        var start = Environment.CpuUsage.TotalTime;
        registry.ProcessWatch();
        var found = registry.Resolve(churned.Inode, churned.Cookie, 0)!;
        Assert.True(store.TryRead(s_rmem, found, out var old));
        var update = store.Update(s_rmem, found, value => value.With(2, value[2] + 4096));
        Assert.Equal(old[2] + 4096, update.After[2]);
        var cpu = Environment.CpuUsage.TotalTime - start;
        churned.Dispose();
        start = Environment.CpuUsage.TotalTime;
        registry.ProcessWatch();
        return cpu + Environment.CpuUsage.TotalTime - start;
    }
}
