namespace BpfTune.Engine.Kernel;

/// <summary>There is no cgroup2 hierarchy to attach to. The message is a sentence that says why.</summary>
public sealed class CgroupUnavailableException(string message) : Exception(message);
