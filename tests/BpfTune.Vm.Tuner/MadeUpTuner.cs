using BpfTune.Sdk;
using BpfTune.Vm.Tuner;
using static BpfTune.Vm.Tuner.MadeUpBpf;

[assembly: TunerExport(typeof(MadeUpTuner))]

namespace BpfTune.Vm.Tuner;

/// <summary>Counts new TCP sockets, by a function that no kernel has or by one that all have.</summary>
internal sealed class MadeUpTuner : Sdk.Tuner
{
    /// <inheritdoc/>
    public override string Name => "made_up";

    /// <inheritdoc/>
    public override string Summary => "a hook with a mechanism that no kernel has";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Hook(new Hook(
            "sockets",
            "new sockets are not counted",
            Mechanism.Bpf(ProgramNames.bpftune_made_up_fe),
            Mechanism.Bpf(ProgramNames.bpftune_made_up_kp)))
        .On<made_up>((ushort)made_up_event.MADE_UP_SEEN, static (in _, in _) => { });
}
