using System.Linq.Expressions;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>From the command line to the exit code.</summary>
internal static class BuildRunner
{
    private const int Failure = -1;

    // Options of NUKE's own that mean nothing here, and are no mistake.
    private static readonly string[] HostOptions = ["target", "root", "plan", "help", "nologo", "verbosity", "host"];

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
            var graph = new TargetGraph(build);
            var parameters = Parameter.Of(typeof(T));
            var defaults = defaultTargets.Select(expression => graph.Find(expression.Compile()(build))).ToList();
            if (source.Get("help", typeof(bool)) is true)
            {
                Report.Help(output, graph, defaults, parameters);
                return 0;
            }

            foreach (var parameter in parameters)
                parameter.Inject(build, source);
            WarnOfUnknown(source, parameters);

            // '+' joins targets in one word, for shells in which a list is awkward.
            var invoked = (source.Values("target") ?? source.Positional).SelectMany(word => word.Split('+')).Select(graph.Find).ToList();
            var scheduled = graph.Plan(invoked.Count == 0 ? defaults : invoked);
            if (source.Get("plan", typeof(bool)) is true)
            {
                output.WriteLine(string.Join('\n', scheduled.Select(target => target.Name)));
                return 0;
            }

            plan = scheduled;
            foreach (var target in plan.Where(target => target.Condition is { Holds: var holds } && !holds()))
                (target.Status, target.Reason) = (ExecutionStatus.Skipped, target.Condition!.Value.Text);
            Execute(plan, output);
        }
        catch (InvalidOperationException exception)
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

    private static void WarnOfUnknown(ParameterSource source, IReadOnlyList<Parameter> parameters)
    {
        var known = parameters.Select(parameter => parameter.Name).Concat(HostOptions).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var option in source.Options.Where(option => !known.Contains(ParameterSource.Plain(option))))
            Log.Warning("{Option} is no parameter of this build and does nothing; --help lists them", option);
    }

    private static void Execute(IReadOnlyList<ExecutableTarget> plan, TextWriter output)
    {
        foreach (var target in plan.Where(target => target.Status == ExecutionStatus.Scheduled))
        {
            if (target.Actions.Count > 0)
                output.WriteLine($"\n=== {target.Name} ===");
            target.Clock.Start();
            try
            {
                target.Actions.ForEach(action => action());
                target.Status = ExecutionStatus.Succeeded;
            }
#pragma warning disable CA1031 // Whatever a target throws is that target's failure; the table and the exit code report it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                target.Status = ExecutionStatus.Failed;
                target.Reason = $"{exception.GetType().Name}: {exception.Message.Split('\n')[0]}";
                Log.Error("{Message}", IsExpected(exception) ? exception.Message : exception.ToString());
                if (!target.Proceeds)
                    return;
            }
            finally
            {
                target.Clock.Stop();
            }
        }
    }

    // What a build says on purpose needs no stack of calls; what it did not foresee does.
    private static bool IsExpected(Exception exception) =>
        exception is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException;

    private static void Finish(NukeBuild build, IReadOnlyList<ExecutableTarget> plan, TextWriter output)
    {
        foreach (var target in plan.Where(target => target.Status == ExecutionStatus.Scheduled))
            target.Status = ExecutionStatus.NotRun;
        Report.Summary(output, plan);
        output.WriteLine(Succeeded(plan) ? "Build succeeded." : "Build failed.");
        build.OnBuildFinished();
    }
}
