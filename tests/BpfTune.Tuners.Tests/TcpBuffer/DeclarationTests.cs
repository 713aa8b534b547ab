using BpfTune.LibBpf;
using BpfTune.Sdk;
using BpfTune.Tuners.TcpBuffer;

namespace BpfTune.Tuners.Tests.TcpBuffer;

public sealed class DeclarationTests
{
    private readonly TunerDeclaration _declaration = new();

    public DeclarationTests() => new TcpBufferTuner().Declare(_declaration);

    [Fact]
    public void Every_program_serves_a_hook_and_every_hook_names_programs_that_exist()
    {
        using var bpf = BpfObject.Open(_declaration.Image, "tcp_buffer");
        var named = _declaration.Hooks.SelectMany(h => h.Mechanisms).SelectMany(m => m.Programs).Distinct();
        // synack has a typed twin, of no use to a counter that runs on any kernel.
        Assert.Equal(
            bpf.Programs.Select(p => p.Name).Where(p => p != "bpftune_synack_tb").Order(),
            named.Order());
    }

    [Fact]
    public void The_last_mechanism_of_each_hook_needs_neither_fentry_nor_kprobe() =>
        Assert.All(_declaration.Hooks, hook => Assert.All(
            hook.Mechanisms[^1].Programs, program => Assert.Matches("_(rt|so)$", program)));

    [Fact]
    public void Every_kind_of_event_has_a_handler() =>
        Assert.Equal([1, 2, 3, 4, 5, 6], _declaration.Events.Keys.Order().Select(k => (int)k));

    [Fact]
    public void The_name_is_that_of_the_assembly() =>
        Assert.Equal(typeof(TcpBufferTuner).Assembly.GetName().Name, new TcpBufferTuner().Name + ".tuner");
}
