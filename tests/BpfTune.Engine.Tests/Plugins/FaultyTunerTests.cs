using BpfTune.Engine.Plugins;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Plugins;

/// <summary>A hostile tuner, as the daemon and the doctor ask it. Which fault it has is in this process's environment.</summary>
[Collection(FaultyTunerTests.Name)]
public sealed class FaultyTunerTests : IDisposable
{
    internal const string Name = "the faulty tuner";

    private const string Variable = "BPFTUNE_TEST_FAULT";

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, null);

    [Fact]
    public void A_summary_that_throws_is_said_to_be_missing() => Assert.Equal(
        "its summary cannot be had: HostileException: (asked for what happened, it threw InvalidOperationException)",
        TunerAnswers.Summary(Make("summary")));

    [Fact]
    public void A_summary_is_one_line_that_steers_no_terminal() =>
        Assert.Equal("first line second line?[2J", TunerAnswers.Summary(Make("none")));

    [Fact]
    public void Endless_facts_come_to_an_end()
    {
        var facts = TunerAnswers.Facts(Make("none"));
        Assert.Equal(200, facts.Count);
        Assert.All(facts, f => Assert.Equal("number", f.Name));
    }

    [Theory]
    [InlineData("facts", "HostileException: (asked for what happened, it threw InvalidOperationException)")]
    [InlineData("null facts", "NullReferenceException: ")]
    public void Facts_that_throw_are_one_fact(string fault, string start)
    {
        var fact = Assert.Single(TunerAnswers.Facts(Make(fault)));
        Assert.Equal("its facts cannot be had", fact.Name);
        Assert.StartsWith(start, fact.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_static_constructor_that_throws_is_named_by_what_it_threw()
    {
        Environment.SetEnvironmentVariable(Variable, "static");
        Assert.False(TunerLoader.TryLoad(Faulty(), out _, out var refusal));
        Assert.StartsWith("its tuner could not be made: FormatException: ", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_cannot_be_made_once_can_be_made_again()
    {
        Environment.SetEnvironmentVariable(Variable, "constructor");
        Assert.True(TunerLoader.TryLoadModule(Faulty(), out var module, out _));
        Assert.False(module.TryMake(out _, out var refusal, out var thrown));
        Assert.Equal("its tuner could not be made: InvalidOperationException: no such luck", refusal.Reason);
        Assert.IsType<InvalidOperationException>(thrown);
        Environment.SetEnvironmentVariable(Variable, "none");
        Assert.True(module.TryMake(out var tuner, out _, out _));
        Assert.Equal("faulty", tuner.Name);
    }

    [Fact]
    public void The_same_content_under_two_names_is_two_tuners()
    {
        Assert.False(TunerLoader.TryLoad(new TunerFile("other", "/x/other.tuner.dll", default, TestTuner.First, false), out _, out _));
        Assert.True(TunerLoader.TryLoad(new TunerFile("sample", "/x/sample.tuner.dll", default, TestTuner.First, false), out _, out _));
    }

    [Fact]
    public void Loading_the_same_content_again_keeps_no_descriptor_and_costs_nothing()
    {
        var file = new TunerFile("sample", "/x/sample.tuner.dll", default, TestTuner.First, false);
        Assert.True(TunerLoader.TryLoad(file, out _, out _));
        var (bytes, maps) = (LoadedModules.ReloadBytes, Mapped());
        for (var i = 0; i < 50; i++)
            Assert.True(TunerLoader.TryLoad(file, out _, out _));
        Assert.Equal(bytes, LoadedModules.ReloadBytes);
        Assert.Equal(maps, Mapped());
    }

    private static int Mapped() => File.ReadLines("/proc/self/maps").Count(l => l.Contains("bpftune-tuner", StringComparison.Ordinal));

    private static TunerFile Faulty() => new("faulty", "/x/faulty.tuner.dll", default, TestTuner.Faulty, false);

    private static Tuner Make(string fault)
    {
        Environment.SetEnvironmentVariable(Variable, fault);
        Assert.True(TunerLoader.TryLoad(Faulty(), out var tuner, out var refusal), refusal?.Reason);
        return tuner;
    }
}
