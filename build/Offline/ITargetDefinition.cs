using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

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

    /// <summary>Skips the target unless the condition holds when its turn comes.</summary>
    ITargetDefinition OnlyWhenDynamic(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>Skips the target unless the condition holds before the first target runs.</summary>
    ITargetDefinition OnlyWhenStatic(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>Fails the build before its first target unless each requirement holds.</summary>
    ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements);

    /// <summary>A failure of this target fails the build, but the targets after it still run.</summary>
    ITargetDefinition ProceedAfterFailure();

    /// <summary>Runs even if a target before it failed.</summary>
    ITargetDefinition AssuredAfterFailure();

    /// <summary>Leaves the target out of <c>--help</c>.</summary>
    ITargetDefinition Unlisted();
}
