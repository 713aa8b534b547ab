using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>All targets of a build, and the order in which a choice of them runs.</summary>
internal sealed class TargetGraph
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private TargetGraph(IReadOnlyList<ExecutableTarget> targets) => Targets = targets;

    /// <summary>In the order of their declaration.</summary>
    public IReadOnlyList<ExecutableTarget> Targets { get; }

    public static TargetGraph Of(NukeBuild build)
    {
        var targets = new List<ExecutableTarget>();
        foreach (var property in build.GetType().GetProperties(Members).Where(property => property.PropertyType == typeof(Target)))
        {
            var factory = (Target)property.GetValue(build)!;
            var definition = new TargetDefinition();
            factory(definition);
            targets.Add(new ExecutableTarget(property.Name, factory, definition));
        }

        // A property makes its delegate anew at each reading; two of the same property are equal all the same.
        ExecutableTarget Find(Target factory, ExecutableTarget asker) =>
            targets.Find(target => target.Factory == factory)
            ?? throw new InvalidOperationException($"Target '{asker.Name}' names a target that is no property of {build.GetType().Name}.");

        foreach (var target in targets)
        {
            target.Dependencies.AddRange(target.Definition.DependsOnTargets.Select(factory => Find(factory, target)));
            target.Predecessors.AddRange(target.Definition.AfterTargets.Select(factory => Find(factory, target)));
            foreach (var later in target.Definition.BeforeTargets)
                Find(later, target).Predecessors.Add(target);
        }

        return new TargetGraph(targets);
    }

    /// <summary>A target by name, in any case and with or without dashes.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message lists those that there are.</exception>
    public ExecutableTarget Find(string name)
    {
        var plain = name.Replace("-", "", StringComparison.Ordinal);
        return Targets.FirstOrDefault(target => target.Name.Equals(plain, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException(
                $"Target with name '{name}' does not exist. Available targets are:\n"
                + string.Join('\n', Targets.Select(target => target.Name).Order(StringComparer.Ordinal).Select(target => $"  - {target}")));
    }

    /// <summary>The invoked targets with all they depend on, each after what it needs.</summary>
    /// <exception cref="InvalidOperationException">Targets wait for each other in a circle.</exception>
    public IReadOnlyList<ExecutableTarget> Plan(IReadOnlyCollection<ExecutableTarget> invoked)
    {
        var remaining = Targets.ToList();
        var wanted = new HashSet<ExecutableTarget>(invoked);
        var plan = new List<ExecutableTarget>();

        // From the last to run to the first, as NUKE goes: where nothing else orders two targets, both hosts run them in the same order.
        while (remaining.Count > 0)
        {
            var last = remaining.Find(candidate => !remaining.Exists(other => other.Dependencies.Contains(candidate) || other.Predecessors.Contains(candidate)))
                ?? throw new InvalidOperationException("Circular dependencies between targets: " + string.Join(", ", Circle(remaining)));
            remaining.Remove(last);
            if (!wanted.Contains(last))
                continue;

            wanted.UnionWith(last.Dependencies);
            plan.Add(last);
        }

        plan.Reverse();
        return plan;
    }

    // What is left when nothing can go last has a circle, and targets before it; a walk along the edges ends up in the circle.
    private static IEnumerable<string> Circle(List<ExecutableTarget> remaining)
    {
        var walk = new List<ExecutableTarget>();
        for (var target = remaining[0]; ; target = remaining.First(other => other.Dependencies.Contains(target) || other.Predecessors.Contains(target)))
        {
            var seen = walk.IndexOf(target);
            if (seen >= 0)
                return walk[seen..].Select(member => member.Name);
            walk.Add(target);
        }
    }
}
