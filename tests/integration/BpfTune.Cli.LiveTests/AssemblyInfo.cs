using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Each test counts the BPF programs of its own daemon; all of them start several, on few processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
