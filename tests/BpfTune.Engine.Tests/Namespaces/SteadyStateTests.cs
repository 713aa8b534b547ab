using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tests.Tuning;

namespace BpfTune.Engine.Tests.Namespaces;

/// <summary>The way of every event goes through here: it must not feed the garbage collector.</summary>
public sealed class SteadyStateTests : IDisposable
{
    private readonly NamespaceRegistry _registry = new(new ManualTime(), new ListLogger());

    public void Dispose() => _registry.Dispose();

    [Fact]
    public void AKnownNamespaceAllocatesNothing()
    {
        var global = _registry.Global.Id;
        AssertNoAllocation(i => Assert.NotNull(_registry.Resolve(global.Inode, global.Cookie, i)));
    }

    [Fact]
    public void OneThatCannotBeFoundAllocatesNothingEither()
    {
        // Each event names another process: each is looked at.
        AssertNoAllocation(i => Assert.Null(_registry.Resolve(7, 70, i)));
    }

    private static void AssertNoAllocation(Action<uint> onEvent)
    {
        for (uint i = 0; i < 100; i++)
            onEvent(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 10_000; i++)
            onEvent(i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
