using BpfTune.LibBpf.LiveTests;

// Programs are system-wide: what one test attaches, another's traffic would set off.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

[assembly: AssemblyFixture(typeof(MountedTraceFs))]
