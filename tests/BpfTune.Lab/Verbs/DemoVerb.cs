using System.CommandLine;

namespace BpfTune.Lab.Verbs;

/// <summary>demo: <see cref="Demonstration"/>.</summary>
internal static class DemoVerb
{
    internal static Command Create()
    {
        var daemon = new Option<string>("--bpftune") { Description = "path of the bpftune executable", Required = true };
        var libDir = new Option<string?>("--libdir") { Description = "directory with its tuners" };
        var congestion = new Option<string>("--congestion") { Description = "congestion control", DefaultValueFactory = _ => "cubic" };
        var rate = new Option<double>("--rate") { Description = "rate of the pipe in Mbit/s, 0: as fast as the machine can", DefaultValueFactory = _ => 2000 };

        var command = new Command("demo", "Show what the daemon does, between two namespaces far apart. Nothing outside them is changed, nothing is left.")
        {
            daemon, libDir, congestion, rate,
        };
        command.SetAction(parse => Verb.Guard(() =>
        {
            LabLifetime.OnInterrupt = signal => Console.Error.WriteLine($"\n{signal}: putting everything back");
            var options = new DemoOptions
            {
                Daemon = Path.GetFullPath(parse.GetRequiredValue(daemon)),
                LibDir = parse.GetValue(libDir) is { } directory ? Path.GetFullPath(directory) : null,
                Congestion = parse.GetRequiredValue(congestion),
                Pipe = new PipeOptions { Rate = (long)(parse.GetValue(rate) * 1e6) },
            };
            return new Demonstration(options, Console.Out).Run() ? Verb.Done : Verb.Failed;
        }));
        return command;
    }
}
