using System.Diagnostics;

namespace Nuke.Common.Execution;

/// <summary>A target as its definition left it, and how it fared.</summary>
internal sealed class ExecutableTarget(string name, Target factory, TargetDefinition definition)
{
    public string Name { get; } = name;

    public Target Factory { get; } = factory;

    public TargetDefinition Definition { get; } = definition;

    /// <summary>Targets that must run, and before this one.</summary>
    public List<ExecutableTarget> Dependencies { get; } = [];

    /// <summary>Targets that come before this one if they run at all.</summary>
    public List<ExecutableTarget> Predecessors { get; } = [];

    public bool IsInvoked { get; set; }

    public ExecutionStatus Status { get; set; }

    /// <summary>Why it was skipped or failed, in a few words.</summary>
    public string? Reason { get; set; }

    public Stopwatch Clock { get; } = new();
}
