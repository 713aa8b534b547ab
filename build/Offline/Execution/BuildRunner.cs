using System.Linq.Expressions;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>From the command line to the exit code.</summary>
internal static class BuildRunner
{
    private const int Failure = -1;

    // Options of NUKE's own that mean nothing here, and are no mistake.
    private static readonly string[] HostOptions = ["target", "skip", "root", "plan", "help", "no-logo", "verbosity", "host", "profile", "continue"];

    public static int Run<T>(Func<T> create, ParameterSource source, TextWriter output, params Expression<Func<T, Target>>[] defaultTargets)
        where T : NukeBuild
    {
        Log.Output = output;
        T? build = null;
        IReadOnlyList<ExecutableTarget> plan = [];
        try
        {
            if (source.Get("root", typeof(IO.AbsolutePath)) is IO.AbsolutePath root)
                NukeBuild.RootDirectory = root;

            build = create();
            var graph = TargetGraph.Of(build);
            var parameters = ParameterMember.Of(build.GetType());
            var defaults = defaultTargets.Select(expression => Default(graph, build, expression)).ToList();
            if (source.Get("help", typeof(bool)) is true)
            {
                Report.Help(output, graph, defaults, parameters);
                return 0;
            }

            source.ReadFile(NukeBuild.RootDirectory / ".nuke" / "parameters.json");
            foreach (var parameter in parameters)
                parameter.Inject(build, source);
            WarnOfUnknown(source, parameters);

            var invoked = Invoked(source).Select(graph.Find).Distinct().ToList();
            if (invoked.Count == 0)
                invoked = defaults;
            invoked.ForEach(target => target.IsInvoked = true);
            var scheduled = graph.Plan(invoked);
            if (source.Get("plan", typeof(bool)) is true)
            {
                Report.Plan(output, scheduled);
                return 0;
            }

            plan = scheduled;
            Skip(source, graph, plan);
            CheckRequirements(plan);
            Execute(plan, output);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.Text.Json.JsonException)
        {
            output.WriteLine(exception.Message);
            return Failure;
        }
        finally
        {
            if (plan.Count > 0)
                Finish(build!, plan, output);
            output.Flush();
        }

        return Succeeded(plan) ? 0 : Failure;
    }

    private static bool Succeeded(IEnumerable<ExecutableTarget> plan) =>
        plan.All(target => target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Skipped);

    private static ExecutableTarget Default<T>(TargetGraph graph, T build, Expression<Func<T, Target>> expression)
    {
        var factory = expression.Compile()(build);
        return graph.Targets.First(target => target.Factory == factory);
    }

    // '+' joins targets in one word, for shells in which a list is awkward.
    private static IEnumerable<string> Invoked(ParameterSource source) =>
        (source.Values("target") ?? source.Positional).SelectMany(word => word.Split('+', StringSplitOptions.RemoveEmptyEntries));

    private static void WarnOfUnknown(ParameterSource source, IReadOnlyList<ParameterMember> parameters)
    {
        foreach (var option in source.Options)
        {
            var plain = ParameterSource.Plain(option);
            if (!parameters.Select(parameter => parameter.Name).Concat(HostOptions)
                    .Any(name => ParameterSource.Plain(name).Equals(plain, StringComparison.OrdinalIgnoreCase)))
            {
                Log.Warning("{Option} is no parameter of this build and does nothing; --help lists them", option);
            }
        }
    }

    private static void Skip(ParameterSource source, TargetGraph graph, IReadOnlyList<ExecutableTarget> plan)
    {
        if (source.Values("skip") is { } names)
        {
            var skipped = names.SelectMany(word => word.Split('+', StringSplitOptions.RemoveEmptyEntries)).Select(graph.Find).ToHashSet();
            foreach (var target in plan.Where(target => names.Count == 0 ? !target.IsInvoked : skipped.Contains(target)))
                (target.Status, target.Reason) = (ExecutionStatus.Skipped, "by --skip");
        }

        foreach (var target in plan.Where(target => target.Status == ExecutionStatus.Scheduled))
            CheckConditions(target, target.Definition.StaticConditions);
    }

    private static void CheckConditions(ExecutableTarget target, List<(string Text, Func<bool> Holds)> conditions)
    {
        var unmet = conditions.Where(condition => !condition.Holds()).Select(condition => condition.Text).ToList();
        if (unmet.Count > 0)
            (target.Status, target.Reason) = (ExecutionStatus.Skipped, string.Join(" && ", unmet));
    }

    private static void CheckRequirements(IReadOnlyList<ExecutableTarget> plan)
    {
        foreach (var target in plan.Where(target => target.Status == ExecutionStatus.Scheduled))
        {
            foreach (var requirement in target.Definition.Requirements.Where(requirement => !requirement.Compile()()))
                throw new InvalidOperationException($"Target '{target.Name}' requires: {requirement.Body}");
        }
    }

    private static void Execute(IReadOnlyList<ExecutableTarget> plan, TextWriter output)
    {
        var stopped = false;
        foreach (var target in plan)
        {
            if (target.Status == ExecutionStatus.Scheduled && (!stopped || target.Definition.IsAssured))
                stopped |= !Execute(target, output) && !target.Definition.Proceeds;
        }
    }

    private static bool Execute(ExecutableTarget target, TextWriter output)
    {
        target.Status = ExecutionStatus.Running;
        target.Clock.Start();
        try
        {
            CheckConditions(target, target.Definition.DynamicConditions);
            if (target.Status == ExecutionStatus.Skipped)
                return true;

            if (target.Definition.Actions.Count > 0)
                Report.Heading(output, target.Name);
            target.Definition.Actions.ForEach(action => action());
            target.Status = ExecutionStatus.Succeeded;
            return true;
        }
#pragma warning disable CA1031 // Whatever a target throws is that target's failure; the table and the exit code report it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            target.Status = ExecutionStatus.Failed;
            target.Reason = $"{exception.GetType().Name}: {exception.Message.Split('\n')[0]}";
            Log.Error("{Message}", IsExpected(exception) ? exception.Message : exception.ToString());
            return false;
        }
        finally
        {
            target.Clock.Stop();
        }
    }

    // What a build says on purpose needs no stack of calls; what it did not foresee does.
    private static bool IsExpected(Exception exception) =>
        exception.GetType() == typeof(Exception)
        || exception is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException or Tooling.ProcessException;

    private static void Finish(NukeBuild build, IReadOnlyList<ExecutableTarget> plan, TextWriter output)
    {
        foreach (var target in plan.Where(target => target.Status is ExecutionStatus.Scheduled or ExecutionStatus.Running))
            target.Status = ExecutionStatus.NotRun;
        Report.Summary(output, plan);
        output.WriteLine(Succeeded(plan) ? "Build succeeded." : "Build failed.");
        build.OnBuildFinished();
    }
}
