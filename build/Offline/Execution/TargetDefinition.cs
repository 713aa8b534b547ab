using System.Linq.Expressions;

namespace Nuke.Common.Execution;

internal sealed class TargetDefinition : ITargetDefinition
{
    public string? Text { get; private set; }

    public List<Action> Actions { get; } = [];

    public List<Target> DependsOnTargets { get; } = [];

    public List<Target> BeforeTargets { get; } = [];

    public List<Target> AfterTargets { get; } = [];

    public List<(string Text, Func<bool> Holds)> DynamicConditions { get; } = [];

    public List<(string Text, Func<bool> Holds)> StaticConditions { get; } = [];

    public List<Expression<Func<bool>>> Requirements { get; } = [];

    public bool Proceeds { get; private set; }

    public bool IsAssured { get; private set; }

    public bool IsListed { get; private set; } = true;

    public ITargetDefinition Description(string description) => With(() => Text = description);

    public ITargetDefinition Executes(params Action[] actions) => With(() => Actions.AddRange(actions));

    public ITargetDefinition DependsOn(params Target[] targets) => With(() => DependsOnTargets.AddRange(targets));

    public ITargetDefinition Before(params Target[] targets) => With(() => BeforeTargets.AddRange(targets));

    public ITargetDefinition After(params Target[] targets) => With(() => AfterTargets.AddRange(targets));

    public ITargetDefinition OnlyWhenDynamic(Func<bool> condition, string? conditionExpression = null) =>
        With(() => DynamicConditions.Add((Describe(conditionExpression), condition)));

    public ITargetDefinition OnlyWhenStatic(Func<bool> condition, string? conditionExpression = null) =>
        With(() => StaticConditions.Add((Describe(conditionExpression), condition)));

    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements) =>
        With(() => Requirements.AddRange([requirement, .. requirements]));

    public ITargetDefinition ProceedAfterFailure() => With(() => Proceeds = true);

    public ITargetDefinition AssuredAfterFailure() => With(() => IsAssured = true);

    public ITargetDefinition Unlisted() => With(() => IsListed = false);

    // '() => IsRoot' is for the compiler; a person reads 'IsRoot'.
    private static string Describe(string? expression) =>
        expression?.Split("=>", 2) is [_, var body] ? body.Trim() : expression ?? "a condition";

    private TargetDefinition With(Action change)
    {
        change();
        return this;
    }
}
