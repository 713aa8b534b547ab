namespace Nuke.Common.Execution;

/// <summary>All that the host itself says: help, plan, headings, and the table at the end.</summary>
internal static class Report
{
    public static void Help(TextWriter output, TargetGraph graph, IReadOnlyCollection<ExecutableTarget> defaults, IEnumerable<ParameterMember> parameters)
    {
        output.WriteLine("Targets (with their direct dependencies):");
        output.WriteLine();
        var listed = graph.Targets.Where(target => target.Definition.IsListed).ToList();
        foreach (var target in listed)
        {
            var name = defaults.Contains(target) ? $"{target.Name} (default)" : target.Name;
            var dependencies = target.Dependencies.Count == 0 ? "" : $" -> {string.Join(", ", target.Dependencies.Select(other => other.Name))}";
            output.WriteLine($"  {name}{dependencies}");
            if (target.Definition.Text is { } text)
                output.WriteLine($"      {text}");
        }

        output.WriteLine();
        output.WriteLine("Parameters:");
        output.WriteLine();
        var rows = parameters.Select(parameter => ($"--{parameter.DashedName}", parameter.Description ?? ""))
            .Append(("--target", "List of targets to be invoked; the same as naming them first."))
            .Append(("--skip", "List of targets to be skipped; an empty list skips all dependencies."))
            .Append(("--root", "Root directory during build execution."))
            .Append(("--plan", "Shows the execution plan."))
            .Append(("--help", "Shows this text."))
            .ToList();
        var column = rows.Max(row => row.Item1.Length);
        foreach (var (option, description) in rows)
            output.WriteLine($"  {option.PadRight(column)}  {description}");
    }

    public static void Plan(TextWriter output, IReadOnlyList<ExecutableTarget> plan)
    {
        foreach (var (index, target) in plan.Index())
        {
            var after = target.Dependencies.Count == 0 ? "" : $"  after {string.Join(", ", target.Dependencies.Select(other => other.Name))}";
            output.WriteLine($"{index + 1,3}. {target.Name}{(target.IsInvoked ? "  (invoked)" : "")}{after}");
        }
    }

    public static void Heading(TextWriter output, string target)
    {
        output.WriteLine();
        output.WriteLine($"=== {target} ===");
        output.Flush();
    }

    public static void Summary(TextWriter output, IReadOnlyList<ExecutableTarget> plan)
    {
        const int Status = 10, Duration = 8;
        var name = Math.Max(20, plan.Max(target => target.Name.Length));
        var rule = new string('-', name + Status + Duration + 4);
        output.WriteLine();
        output.WriteLine(rule);
        output.WriteLine($"{"Target".PadRight(name)}  {"Status",-Status}  {"Duration",Duration}");
        output.WriteLine(rule);
        foreach (var target in plan)
        {
            var time = target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed ? Format(target.Clock.Elapsed) : "";
            var reason = target.Reason is null ? "" : $"   // {target.Reason}";
            output.WriteLine($"{target.Name.PadRight(name)}  {target.Status,-Status}  {time,Duration}{reason}".TrimEnd());
        }

        output.WriteLine(rule);
        var total = plan.Aggregate(TimeSpan.Zero, (sum, target) => sum + target.Clock.Elapsed);
        output.WriteLine($"{"Total".PadRight(name)}  {"",-Status}  {Format(total),Duration}");
        output.WriteLine(rule);
        output.WriteLine();
    }

    private static string Format(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1) ? "< 1sec" : $"{(int)time.TotalMinutes}:{time.Seconds:00}";
}
