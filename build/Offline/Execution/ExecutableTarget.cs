using System.Diagnostics;

namespace Nuke.Common.Execution;

internal enum ExecutionStatus
{
    Scheduled,
    NotRun,
    Skipped,
    Succeeded,
    Failed,
}

/// <summary>A target: what its definition says of it, and how it fared.</summary>
internal sealed class ExecutableTarget(string name, Target factory) : ITargetDefinition
{
    public string Name { get; } = name;

    public Target Factory { get; } = factory;

    public string? Text { get; private set; }

    public List<Action> Actions { get; } = [];

    public List<Target> DependsOnTargets { get; } = [];

    public List<Target> BeforeTargets { get; } = [];

    public List<Target> AfterTargets { get; } = [];

    public (string Text, Func<bool> Holds)? Condition { get; private set; }

    public bool Proceeds { get; private set; }

    public bool IsListed { get; private set; } = true;

    /// <summary>Targets that must run, and before this one.</summary>
    public List<ExecutableTarget> Dependencies { get; } = [];

    /// <summary>Targets that come before this one if they run at all.</summary>
    public List<ExecutableTarget> Predecessors { get; } = [];

    public ExecutionStatus Status { get; set; }

    /// <summary>Why it was skipped or failed, in a few words.</summary>
    public string? Reason { get; set; }

    public Stopwatch Clock { get; } = new();

    public ITargetDefinition Description(string description) => With(() => Text = description);

    public ITargetDefinition Executes(params Action[] actions) => With(() => Actions.AddRange(actions));

    public ITargetDefinition DependsOn(params Target[] targets) => With(() => DependsOnTargets.AddRange(targets));

    public ITargetDefinition Before(params Target[] targets) => With(() => BeforeTargets.AddRange(targets));

    public ITargetDefinition After(params Target[] targets) => With(() => AfterTargets.AddRange(targets));

    // '() => IsRoot' is for the compiler; a person reads 'IsRoot'.
    public ITargetDefinition OnlyWhenStatic(Func<bool> condition, string? conditionExpression = null) =>
        Condition is not null ? throw new NotSupportedException("a second condition") : With(() => Condition = (conditionExpression?.Split("=>", 2)[^1].Trim() ?? "", condition));

    public ITargetDefinition ProceedAfterFailure() => With(() => Proceeds = true);

    public ITargetDefinition Unlisted() => With(() => IsListed = false);

    private ExecutableTarget With(Action change)
    {
        change();
        return this;
    }
}
