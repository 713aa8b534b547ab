using System.Runtime.Versioning;
using BpfTune.Faults.Tests;

[assembly: SupportedOSPlatform("linux")]

// One kernel, two processors: one kind of fault at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(CampaignReport))]
