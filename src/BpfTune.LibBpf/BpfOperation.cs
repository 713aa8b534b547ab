namespace BpfTune.LibBpf;

/// <summary>What was being done when it failed: the same error number means another thing for each.</summary>
internal enum BpfOperation
{
    Open,
    Load,
    Attach,
    CreateMap,
    AccessMap,
    Pin,
    OpenPinned,
    TestRun,
    Inspect,
    SetUp,
}
