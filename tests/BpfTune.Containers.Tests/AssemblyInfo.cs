using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// The engine's name is a variable of the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
