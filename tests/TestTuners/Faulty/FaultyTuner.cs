using BpfTune.Sdk;
using BpfTune.TestTuners.Faulty;

[assembly: TunerExport(typeof(FaultyTuner))]

namespace BpfTune.TestTuners.Faulty;

/// <summary>A tuner that cannot even be made.</summary>
internal sealed class FaultyTuner : Tuner
{
    public FaultyTuner() => throw new InvalidOperationException("no such\nluck");

    public override string Name => "faulty";

    public override string Summary => "never seen";

    public override void Declare(TunerDeclaration declaration)
    {
    }
}
