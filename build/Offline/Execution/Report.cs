namespace Nuke.Common.Execution;

/// <summary>All that the host itself says: help, headings, and the table at the end.</summary>
internal static class Report
{
    public static void Help(TextWriter output, TargetGraph graph, IReadOnlyCollection<ExecutableTarget> defaults, IEnumerable<Parameter> parameters)
    {
        output.WriteLine("Targets (with their direct dependencies):\n");
        foreach (var target in graph.Targets.Where(target => target.IsListed))
        {
            var dependencies = target.Dependencies.Count == 0 ? "" : $" -> {string.Join(", ", target.Dependencies.Select(other => other.Name))}";
            output.WriteLine($"  {target.Name}{(defaults.Contains(target) ? " (default)" : "")}{dependencies}\n      {target.Text}");
        }

        var rows = parameters.Select(parameter => (parameter.DashedName, parameter.Description))
            .Append(("target", "List of targets to be invoked; the same as naming them first."))
            .Append(("root", "Root directory during build execution."))
            .Append(("help", "Shows this text."))
            .ToList();
        var column = rows.Max(row => row.Item1.Length);
        output.WriteLine("\nParameters:\n");
        foreach (var (option, description) in rows)
            output.WriteLine($"  --{option.PadRight(column)}  {description}");
    }

    public static void Summary(TextWriter output, IReadOnlyList<ExecutableTarget> plan)
    {
        const int Status = 10, Duration = 8;
        var name = Math.Max(20, plan.Max(target => target.Name.Length));
        var rule = new string('-', name + Status + Duration + 4);
        output.WriteLine($"\n{rule}\n{"Target".PadRight(name)}  {"Status",-Status}  {"Duration",Duration}\n{rule}");
        foreach (var target in plan)
        {
            var time = target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed ? Format(target.Clock.Elapsed) : "";
            var reason = target.Reason is null ? "" : $"   // {target.Reason}";
            output.WriteLine($"{target.Name.PadRight(name)}  {target.Status,-Status}  {time,Duration}{reason}".TrimEnd());
        }

        var total = plan.Aggregate(TimeSpan.Zero, (sum, target) => sum + target.Clock.Elapsed);
        output.WriteLine($"{rule}\n{"Total".PadRight(name)}  {"",-Status}  {Format(total),Duration}\n{rule}\n");
    }

    private static string Format(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1) ? "< 1sec" : $"{(int)time.TotalMinutes}:{time.Seconds:00}";
}
