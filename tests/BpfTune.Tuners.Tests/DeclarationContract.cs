using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Tuners.Tests;

/// <summary>What holds for the declaration of every tuner.</summary>
public abstract class DeclarationContract
{
    private readonly Tuner _tuner;
    private readonly int _kinds;
    private readonly string[] _spare;

    /// <param name="tuner">The tuner.</param>
    /// <param name="kinds">How many kinds of event its programs send; they are numbered from 1.</param>
    /// <param name="spare">Programs that a macro makes and no hook wants.</param>
    private protected DeclarationContract(Tuner tuner, int kinds, params string[] spare)
    {
        _tuner = tuner;
        _kinds = kinds;
        _spare = spare;
        tuner.Declare(Declaration);
    }

    private protected TunerDeclaration Declaration { get; } = new();

    [Fact]
    public void Every_program_serves_a_hook_and_every_hook_names_programs_that_exist()
    {
        using var bpf = BpfObject.Open(Declaration.Image, _tuner.Name);
        var named = Declaration.Hooks.SelectMany(h => h.Mechanisms).SelectMany(m => m.Programs).Distinct();
        Assert.Equal(bpf.Programs.Select(p => p.Name).Except(_spare).Order(), named.Order());
    }

    [Fact]
    public void The_last_mechanism_of_each_hook_needs_neither_fentry_nor_kprobe() =>
        Assert.All(Declaration.Hooks, hook => Assert.All(
            hook.Mechanisms[^1].Programs, program => Assert.Matches("_(rt|so)$", program)));

    [Fact]
    public void Every_kind_of_event_has_a_handler() =>
        Assert.Equal(Enumerable.Range(1, _kinds), Declaration.Events.Keys.Order().Select(k => (int)k));

    [Fact]
    public void The_name_is_that_of_the_assembly() =>
        Assert.Equal(_tuner.GetType().Assembly.GetName().Name, _tuner.Name + ".tuner");
}
