using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>Defines a target: a property of this type on the build class is one, named as the property is.</summary>
public delegate ITargetDefinition Target(ITargetDefinition definition);

/// <summary>What may be said of a target.</summary>
public interface ITargetDefinition
{
    /// <summary>The line that <c>--help</c> shows.</summary>
    ITargetDefinition Description(string description);

    /// <summary>What the target does, in this order.</summary>
    ITargetDefinition Executes(params Action[] actions);

    /// <summary>Targets that run before this one whenever it runs.</summary>
    ITargetDefinition DependsOn(params Target[] targets);

    /// <summary>This target runs before those, when both run.</summary>
    ITargetDefinition Before(params Target[] targets);

    /// <summary>This target runs after those, when both run.</summary>
    ITargetDefinition After(params Target[] targets);

    /// <summary>Skips the target unless the condition holds before the first target runs.</summary>
    ITargetDefinition OnlyWhenStatic(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>A failure of this target fails the build, but the targets after it still run.</summary>
    ITargetDefinition ProceedAfterFailure();

    /// <summary>Leaves the target out of <c>--help</c>.</summary>
    ITargetDefinition Unlisted();
}
