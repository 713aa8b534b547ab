[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

// The machine's BPF programs and sysctls are one: what one test counts another must not make.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
