using BpfTune.Sdk;
using BpfTune.TestTuners.Second;

[assembly: TunerExport(typeof(SampleTuner))]

namespace BpfTune.TestTuners.Second;

/// <summary>A tuner that does nothing; its summary tells which build of it runs.</summary>
internal sealed class SampleTuner : Tuner
{
    public override string Name => "sample";

    public override string Summary => "second";

    public override void Declare(TunerDeclaration declaration)
    {
    }
}
