using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>All targets of a build, and the order in which a choice of them runs.</summary>
internal sealed class TargetGraph
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public TargetGraph(NukeBuild build)
    {
        Targets = [.. build.GetType().GetProperties(Members).Where(property => property.PropertyType == typeof(Target))
            .Select(property => new ExecutableTarget(property.Name, (Target)property.GetValue(build)!))];
        foreach (var target in Targets)
            target.Factory(target);
        foreach (var target in Targets)
        {
            target.Dependencies.AddRange(target.DependsOnTargets.Select(Find));
            target.Predecessors.AddRange(target.AfterTargets.Select(Find));
            foreach (var later in target.BeforeTargets)
                Find(later).Predecessors.Add(target);
        }
    }

    /// <summary>In the order of their declaration.</summary>
    public IReadOnlyList<ExecutableTarget> Targets { get; }

    /// <summary>A target by its property, which makes its delegate anew at each reading; two of the same property are equal all the same.</summary>
    public ExecutableTarget Find(Target factory) => Targets.First(target => target.Factory == factory);

    /// <summary>A target by name, in any case and with or without dashes.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message lists those that there are.</exception>
    public ExecutableTarget Find(string name) =>
        Targets.FirstOrDefault(target => target.Name.Equals(ParameterSource.Plain(name), StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidOperationException(
            $"Target with name '{name}' does not exist. Available targets are:\n"
            + string.Join('\n', Targets.Select(target => target.Name).Order(StringComparer.Ordinal).Select(target => $"  - {target}")));

    /// <summary>The invoked targets with all they depend on, each after what it needs.</summary>
    /// <exception cref="InvalidOperationException">Targets wait for each other in a circle.</exception>
    public IReadOnlyList<ExecutableTarget> Plan(IEnumerable<ExecutableTarget> invoked)
    {
        var remaining = Targets.ToList();
        var wanted = invoked.ToHashSet();
        var plan = new List<ExecutableTarget>();

        // From the last to run to the first, as NUKE goes: where nothing else orders two targets, both hosts run them in the same order.
        while (remaining.Count > 0)
        {
            var last = remaining.Find(candidate => !remaining.Exists(other => other.Dependencies.Contains(candidate) || other.Predecessors.Contains(candidate)))
                ?? throw new InvalidOperationException("Circular dependencies between targets, among these: " + string.Join(", ", remaining.Select(target => target.Name)));
            remaining.Remove(last);
            if (!wanted.Contains(last))
                continue;

            wanted.UnionWith(last.Dependencies);
            plan.Add(last);
        }

        plan.Reverse();
        return plan;
    }
}
