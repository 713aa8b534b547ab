using BpfTune.Sdk;
using BpfTune.TestTuners.First;

[assembly: TunerExport(typeof(SampleTuner))]

namespace BpfTune.TestTuners.First;

/// <summary>A tuner that does nothing; its summary tells which build of it runs.</summary>
internal sealed class SampleTuner : Tuner
{
    public override string Name => "sample";

    public override string Summary => "first";

    public override void Declare(TunerDeclaration declaration)
    {
    }
}
