using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tests.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Namespaces;

public sealed class NamespaceRegistryTests : IDisposable
{
    private readonly FakeNamespaces _fake = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly List<string> _gone = [];
    private NamespaceRegistry? _made;

    private NamespaceRegistry Registry
    {
        get
        {
            if (_made is null)
            {
                _made = new NamespaceRegistry(_fake, _fake, _time, _log);
                _made.Gone += gone => _gone.Add(gone.Name);
            }

            return _made;
        }
    }

    public void Dispose()
    {
        _made?.Dispose();
        _fake.Dispose();
    }

    [Fact]
    public void OnesOwnIsGlobalAndNeverSearchedFor()
    {
        Assert.Same(Registry.Global, Registry.Resolve(1, 1, 0));
        Assert.Same(Registry.Global, Registry.Resolve(1, 0, 0));
        Assert.Null(Registry.Resolve(1, 99, 0));
        Assert.Same(Registry.Global, Registry.Find("global"));
        Assert.Equal(5, Registry.Run(Registry.Global, () => 5));
        Assert.Equal((0, 0), (_fake.Searches, _fake.Entries));
        Assert.True(Registry.Global.IsGlobal);
    }

    [Fact]
    public void FoundOnceItIsTheSameObjectAtNoCost()
    {
        Alive("/run/netns/blue", 5, 50);
        var blue = Registry.Resolve(5, 50, 0)!;
        Assert.Equal(("blue", new NamespaceId(5, 50), false), (blue.Name, blue.Id, blue.IsGlobal));
        for (uint i = 0; i < 100; i++)
            Assert.Same(blue, Registry.Resolve(5, i % 2 == 0 ? 50u : 0, i));
        Assert.Equal((0, 0, 0), (_fake.Searches, _fake.Entries, _fake.Looks));
        Assert.Equal(["global", "blue"], Registry.Known.Select(n => n.Name));
    }

    [Fact]
    public void AnEventWithoutCookieLearnsItOnce()
    {
        Alive("/run/netns/blue", 5, 50);
        var blue = Registry.Resolve(5, 0, 0)!;
        Assert.Equal(50ul, blue.Id.Cookie);
        Assert.Same(blue, Registry.Resolve(5, 50, 0));
    }

    [Fact]
    public void WithoutCookiesInTheKernelTheInodeAloneServes()
    {
        _fake.Own = new NamespaceId(1, 0);
        Alive("/run/netns/blue", 5, 0);
        Assert.Equal(new NamespaceId(5, 0), Registry.Resolve(5, 0, 0)!.Id);
        Assert.Equal(0, _fake.Entries);
    }

    [Fact]
    public void AStormFromOneThatCannotBeFoundIsOneSearchASecondOrLess()
    {
        for (var i = 0; i < 10_000; i++)
            Assert.Null(Registry.Resolve(5, 50, 0));
        Assert.Equal(1, _fake.Searches);
        for (var second = 0; second < 600; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Registry.Resolve(5, 50, 0);
        }

        Assert.InRange(_fake.Searches, 10, 20);
        Assert.All(_log.Lines, line => Assert.Equal(LogLevel.Debug, line.Level));
    }

    [Fact]
    public void ARestingOneIsFoundThroughTheProcessOfALaterEvent()
    {
        Assert.Null(Registry.Resolve(5, 50, 10));
        Alive("/proc/11/ns/net", 5, 50);
        Assert.Null(Registry.Resolve(5, 50, 10));
        Assert.Equal("inode 5", Registry.Resolve(5, 50, 11)!.Name);
        Assert.Equal(1, _fake.Searches);
    }

    [Fact]
    public void ANewNameEndsTheRest()
    {
        Assert.Null(Registry.Resolve(5, 50, 0));
        Alive("/run/netns/blue", 5, 50);
        Assert.Null(Registry.Resolve(5, 50, 0));
        _fake.NamesAdded = true;
        Registry.ProcessWatch();
        Assert.NotNull(Registry.Resolve(5, 50, 0));
    }

    [Fact]
    public void ASearchCutShortIsRepeatedSoon()
    {
        Alive("/proc/11/ns/net", 5, 50);
        _fake.IsCutShort = true;
        Assert.Null(Registry.Resolve(5, 50, 0));
        _fake.IsCutShort = false;
        Assert.Null(Registry.Resolve(5, 50, 0));
        _time.Advance(_fake.Wait);
        Assert.NotNull(Registry.Resolve(5, 50, 0));
    }

    [Fact]
    public void AReusedInodeIsAnotherNamespace()
    {
        Alive("/run/netns/blue", 5, 50);
        var blue = Registry.Resolve(5, 50, 0)!;
        Alive("/run/netns/blue", 5, 51);
        var next = Registry.Resolve(5, 51, 0)!;
        Assert.NotSame(blue, next);
        Assert.Equal(new NamespaceId(5, 51), next.Id);
        Assert.Equal(["blue"], _gone);
        Assert.Throws<NamespaceGoneException>(() => Registry.Run(blue, () => 1));
        Assert.Equal(1, Registry.Run(next, () => 1));
    }

    [Fact]
    public void AnEventOlderThanTheReuseChangesNothing()
    {
        Alive("/run/netns/blue", 5, 51);
        var blue = Registry.Resolve(5, 51, 0)!;
        for (var i = 0; i < 100; i++)
            Assert.Null(Registry.Resolve(5, 50, 0));
        Assert.Same(blue, Registry.Resolve(5, 51, 0));
        Assert.Empty(_gone);
        Assert.Equal(1, _fake.Entries);
    }

    [Fact]
    public void BothEndsOfAReuseMayBeGone()
    {
        Alive("/run/netns/blue", 5, 50);
        Registry.Resolve(5, 50, 0);
        _fake.Alive.Clear();
        Assert.Null(Registry.Resolve(5, 51, 0));
        Assert.Equal(["blue"], _gone);
    }

    [Fact]
    public void TheNamespaceAtThePathMayBeAnotherByNow()
    {
        Alive("/run/netns/blue", 5, 50);
        var blue = Registry.Resolve(5, 50, 0)!;
        Alive("/run/netns/blue", 5, 51);
        var ran = false;
        var failure = Assert.Throws<NamespaceGoneException>(() => Registry.Run(blue, () => ran = true));
        Assert.False(ran);
        Assert.Equal("namespace blue is gone", failure.Message);
        Assert.Equal(["blue"], _gone);
    }

    [Fact]
    public void ItLivesOnByAnotherPath()
    {
        Alive("/proc/10/ns/net", 5, 50);
        var found = Registry.Resolve(5, 50, 0)!;
        _fake.Alive.Clear();
        Alive("/proc/12/ns/net", 5, 50);
        Assert.Equal(7, Registry.Run(found, () => 7));
        Assert.Same(found, Registry.Resolve(5, 50, 0));
        Assert.Empty(_gone);
    }

    [Fact]
    public void AnIncompleteSearchDoesNotEndIt()
    {
        Alive("/proc/10/ns/net", 5, 50);
        var found = Registry.Resolve(5, 50, 0)!;
        _fake.Alive.Clear();
        Alive("/proc/12/ns/net", 5, 50);
        _fake.IsCutShort = true;
        Registry.ProcessWatch();
        Assert.Throws<NamespaceGoneException>(() => Registry.Run(found, () => 7));
        Assert.Empty(_gone);
        _fake.IsCutShort = false;
        Assert.Equal(7, Registry.Run(found, () => 7));
    }

    [Fact]
    public void WhatTheFunctionThrowsIsThrown()
    {
        Alive("/run/netns/blue", 5, 50);
        var blue = Registry.Resolve(5, 50, 0)!;
        Assert.Throws<FormatException>(() => Registry.Run<int>(blue, () => throw new FormatException()));
        Assert.Empty(_gone);
    }

    [Fact]
    public void ADeletedNameIsDroppedAtOnceUnlessItLivesOn()
    {
        Alive("/run/netns/blue", 5, 50);
        Alive("/run/netns/red", 6, 60);
        Registry.Resolve(5, 50, 0);
        Registry.Resolve(6, 60, 0);
        _fake.Alive.Clear();
        Alive("/proc/12/ns/net", 6, 60);
        _fake.Deleted.AddRange(["/run/netns/blue", "/run/netns/red", "/run/netns/unknown"]);
        Registry.ProcessWatch();
        Assert.Equal(["blue"], _gone);
        Assert.Equal(["global", "red"], Registry.Known.Select(n => n.Name));
    }

    [Fact]
    public void ManyDeletedAtOnceAreOneLookAtTheProcesses()
    {
        for (uint i = 0; i < 500; i++)
        {
            Alive($"/run/netns/n{i}", 100 + i, 1000 + i);
            Registry.Resolve(100 + i, 1000 + i, 0);
            _fake.Deleted.Add($"/run/netns/n{i}");
        }

        _fake.Alive.Clear();
        Registry.ProcessWatch();
        Assert.Equal(500, _gone.Count);
        Assert.Equal(1, _fake.Searches);
    }

    [Fact]
    public void SuspectsWaitForTheNextOccasion()
    {
        Alive("/run/netns/blue", 5, 50);
        Registry.Resolve(5, 50, 0);
        _fake.Alive.Clear();
        _fake.Deleted.Add("/run/netns/blue");
        _fake.IsCutShort = true;
        Registry.ProcessWatch();
        Assert.Empty(_gone);
        _fake.IsCutShort = false;
        Registry.ProcessWatch();
        Assert.Equal(["blue"], _gone);
    }

    [Fact]
    public void AThousandComingAndGoingLeaveNoMoreThanAFewBehind()
    {
        var most = 0;
        for (uint i = 0; i < 1000; i++)
        {
            _fake.Alive.Clear();
            Alive($"/proc/{i + 10}/ns/net", 100 + i, 1000 + i);
            Assert.NotNull(Registry.Resolve(100 + i, 1000 + i, 0));
            most = Math.Max(most, Registry.Known.Count);
        }

        Assert.InRange(most, 2, 6);
        Registry.Sweep();
        Assert.Equal(2, Registry.Known.Count);
        Assert.Equal(999, _gone.Count);
    }

    [Fact]
    public void TheSameInodeComingAndGoingDoesNotPileUp()
    {
        // The kernel gives out the lowest free number, so this is the usual case.
        for (uint i = 0; i < 1000; i++)
        {
            _fake.Alive.Clear();
            Alive("/run/netns/blue", 5, 100 + i);
            Assert.NotNull(Registry.Resolve(5, 100 + i, 0));
            _fake.Alive.Clear();
            _fake.Deleted.Add("/run/netns/blue");
            Registry.ProcessWatch();
        }

        Assert.Single(Registry.Known);
        Assert.Equal(1000, _gone.Count);
    }

    [Theory]
    [InlineData("blue", "blue")]
    [InlineData("/run/netns/blue", "blue")]
    [InlineData("inode 5", "blue")]
    [InlineData("5", "blue")]
    [InlineData("/proc/7/ns/net", "/proc/7/ns/net")]
    [InlineData("green", null)]
    [InlineData("inode 77", null)]
    [InlineData("/etc/passwd", null)]
    public void FoundByWhatAPersonCallsIt(string asked, string? name)
    {
        Alive("/run/netns/blue", 5, 50);
        Alive("/proc/7/ns/net", 7, 70);
        Assert.Equal(name, Registry.Find(asked)?.Name);
        Assert.Equal(name, Registry.Find(asked)?.Name);
    }

    [Fact]
    public void NoInodeNoNamespace() => Assert.Null(Registry.Resolve(0, 0, 0));

    private void Alive(string path, uint inode, ulong cookie) => _fake.Alive[path] = new NamespaceId(inode, cookie);
}
