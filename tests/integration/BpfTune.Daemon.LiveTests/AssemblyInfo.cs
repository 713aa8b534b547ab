using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// One kernel, one set of machine-wide settings, two processors: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
