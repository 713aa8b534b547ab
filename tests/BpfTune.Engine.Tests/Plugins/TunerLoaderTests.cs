using System.Reflection;
using System.Runtime.Loader;
using BpfTune.Engine.Plugins;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Plugins;

[Collection(FaultyTunerTests.Name)]
public sealed class TunerLoaderTests
{
    private static TunerFile FileOf(string name, byte[] content) =>
        new(name, $"/usr/lib/bpftune/{name}.tuner.dll", default, content, false);

    private static string Refuse(TunerFile file)
    {
        Assert.False(TunerLoader.TryLoad(file, out var tuner, out var refusal));
        Assert.Null(tuner);
        Assert.Equal(file.Path, refusal.Path);
        return refusal.Reason;
    }

    [Fact]
    public void EachLoadRunsItsOwnBuild()
    {
        Assert.True(TunerLoader.TryLoad(FileOf("sample", TestTuner.First), out var first, out _));
        Assert.True(TunerLoader.TryLoad(FileOf("sample", TestTuner.Second), out var second, out _));
        Assert.True(TunerLoader.TryLoad(FileOf("sample", TestTuner.First), out var again, out _));
        Assert.Equal(["first", "second", "first"], new[] { first, second, again }.Select(t => t.Summary));
        // The same content is loaded once: what is loaded stays, and costs memory and descriptors.
        Assert.Equal(first.GetType(), again.GetType());
        Assert.NotEqual(first.GetType(), second.GetType());
        Assert.All(new[] { first, second, again }, t => Assert.Equal("sample", t.Name));
    }

    [Fact]
    public void ItIsLoadedFromMemoryThatNobodyCanReach()
    {
        Assert.True(TunerLoader.TryLoad(FileOf("sample", TestTuner.First), out var tuner, out _));
        var context = AssemblyLoadContext.GetLoadContext(tuner.GetType().Assembly);
        Assert.IsType<TunerLoadContext>(context);
        Assert.False(context.IsCollectible);
        Assert.StartsWith("/proc/self/fd/", tuner.GetType().Assembly.Location, StringComparison.Ordinal);
        Assert.False(File.Exists(tuner.GetType().Assembly.Location), "the descriptor is still open");
    }

    [Fact]
    public void AConstructorThatThrowsIsRefused() =>
        Assert.Equal("its tuner could not be made: InvalidOperationException: no such luck", Refuse(FileOf("faulty", TestTuner.Faulty)));

    [Fact]
    public void AFileUnderAnotherNameIsRefused() => Assert.Equal(
        "its tuner calls itself 'sample', so the file must be named sample.tuner.dll, not other.tuner.dll",
        Refuse(FileOf("other", TestTuner.First)));

    [Fact]
    public void WhatTheRuntimeCannotReadIsRefused() =>
        Assert.StartsWith("the runtime cannot load it: ", Refuse(FileOf("sample", [.. "MZ"u8, 0, 0])), StringComparison.Ordinal);

    [Fact]
    public void TheSdkIsTheDaemonsOwn()
    {
        var context = new TunerLoadContext("test");
        foreach (var shared in new[] { typeof(Tuner).Assembly, typeof(LibBpf.BpfObject).Assembly, typeof(Microsoft.Extensions.Logging.ILogger).Assembly })
            Assert.Same(shared, context.LoadFromAssemblyName(shared.GetName()));
    }

    [Fact]
    public void TheRestOfTheDaemonIsOutOfReach()
    {
        var context = new TunerLoadContext("test");
        var e = Assert.Throws<FileLoadException>(() => context.LoadFromAssemblyName(typeof(TunerLoader).Assembly.GetName()));
        Assert.Equal("it needs the assembly BpfTune.Engine, which is not there for tuners", TunerLoader.WhyNotLoaded(e));
    }

    [Fact]
    public void AnAssemblyThatIsNotThereIsNamed()
    {
        var e = Assert.Throws<FileNotFoundException>(() => new TunerLoadContext("test").LoadFromAssemblyName(new AssemblyName("Nobodys.Library, Version=13.0.0.0")));
        Assert.Equal("it needs the assembly Nobodys.Library, which is not there for tuners", TunerLoader.WhyNotLoaded(e));
    }
}
