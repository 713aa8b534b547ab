using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// One kernel and two processors: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
