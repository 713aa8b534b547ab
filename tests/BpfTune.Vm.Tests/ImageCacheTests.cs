namespace BpfTune.Vm.Tests;

public sealed class ImageCacheTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-vm-cache-");
    private readonly List<string> _said = [];
    private int _made;

    public void Dispose() => _directory.Delete(recursive: true);

    private ImageCache Cache(TimeSpan? maximumAge = null) =>
        new(_directory.FullName, _said.Add) { MaximumAge = maximumAge ?? TimeSpan.FromDays(1) };

    private string Get(ImageCache cache, string recipe) => cache.Get("thing", recipe, Make);

    private void Make(string directory) => File.WriteAllText(Path.Combine(directory, "content"), $"{++_made}");

    private static string Content(string entry) => File.ReadAllText(Path.Combine(entry, "content"));

    [Fact]
    public void WhatIsThereIsNotMadeAgain()
    {
        var first = Get(Cache(), "one");
        var second = Get(Cache(), "one");
        Assert.Equal(first, second);
        Assert.Equal("1", Content(second));
    }

    [Fact]
    public void AnotherRecipeMakesAnotherEntryAndTheOldOneGoes()
    {
        var first = Get(Cache(), "one");
        var second = Get(Cache(), "two");
        Assert.NotEqual(first, second);
        Assert.Equal("2", Content(second));
        Assert.Equal([second], Directory.GetDirectories(_directory.FullName));
    }

    [Fact]
    public void WhatIsTooOldIsMadeAnew()
    {
        var entry = Get(Cache(), "one");
        Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow - TimeSpan.FromDays(3));
        Assert.Equal("2", Content(Get(Cache(), "one")));
        Assert.Equal("2", Content(Get(Cache(), "one")));
    }

    [Fact]
    public void WhatIsTooOldIsBetterThanNothing()
    {
        var entry = Get(Cache(), "one");
        Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow - TimeSpan.FromDays(3));
        var still = Cache().Get("thing", "one", _ => throw new VmException("no network"));
        Assert.Equal("1", Content(still));
        Assert.Contains(_said, line => line.Contains("the older one is used: no network", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatBreaksOffLeavesNothing()
    {
        var thrown = Assert.Throws<VmException>(() => Cache().Get("thing", "one", directory =>
        {
            Make(directory);
            throw new IOException("the disk is full");
        }));
        Assert.Equal("thing could not be made: the disk is full", thrown.Message);
        Assert.Empty(Directory.GetDirectories(_directory.FullName));
    }

    [Fact]
    public void WhatAKilledProcessLeftIsNotTaken()
    {
        var unfinished = Get(Cache(), "one") + ".unfinished";
        Directory.Move(unfinished[..^".unfinished".Length], unfinished);
        Assert.Equal("2", Content(Get(Cache(), "one")));
        Assert.Single(Directory.GetDirectories(_directory.FullName));
    }

    [Fact]
    public void ThoseThatWantTheSameAtTheSameTimeMakeItOnce()
    {
        Parallel.For(0, 8, _ => Get(Cache(), "one"));
        Assert.Equal(1, _made);
    }
}
