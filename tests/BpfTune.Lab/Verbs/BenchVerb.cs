using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace BpfTune.Lab.Verbs;

/// <summary>bench: <see cref="Benchmark"/>, as tables or JSON.</summary>
internal static class BenchVerb
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    internal static Command Create()
    {
        var daemon = new Option<string>("--bpftune") { Description = "path of the bpftune executable", Required = true };
        var libDir = new Option<string?>("--libdir") { Description = "directory with its tuners" };
        var losses = new Option<string>("--losses") { Description = "losses each way in percent, with commas", DefaultValueFactory = _ => "0,1" };
        var congestions = new Option<string>("--congestion") { Description = "congestion controls, with commas", DefaultValueFactory = _ => "cubic,bbr" };
        var rate = new Option<double>("--rate") { Description = "rate of the pipe in Mbit/s, 0: as fast as the machine can", DefaultValueFactory = _ => 2000 };
        var delay = new Option<double>("--delay") { Description = "one-way delay in ms", DefaultValueFactory = _ => 25 };
        var seconds = new Option<double>("--seconds") { Description = "length of each connection", DefaultValueFactory = _ => 8 };
        var ipv6 = new Option<bool>("--ipv6") { Description = "over IPv6" };
        var json = new Option<bool>("--json") { Description = "print JSON" };

        var command = new Command("bench", "Measure what the daemon is worth and what it costs, as ratios of one run.")
        {
            daemon, libDir, losses, congestions, rate, delay, seconds, ipv6, json,
        };
        command.SetAction(parse => Verb.Guard(() =>
        {
            LabLifetime.OnInterrupt = signal => Console.Error.WriteLine($"\n{signal}: putting everything back");
            var options = new BenchOptions
            {
                Daemon = Path.GetFullPath(parse.GetRequiredValue(daemon)),
                LibDir = parse.GetValue(libDir) is { } directory ? Path.GetFullPath(directory) : null,
                Losses = ParseLosses(parse.GetRequiredValue(losses)),
                Congestions = parse.GetRequiredValue(congestions).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                Pipe = new PipeOptions
                {
                    Rate = (long)(parse.GetValue(rate) * 1e6),
                    Delay = TimeSpan.FromMilliseconds(parse.GetValue(delay)),
                },
                ConnectionTime = TimeSpan.FromSeconds(parse.GetValue(seconds)),
                IPv6 = parse.GetValue(ipv6),
            };
            IReadOnlyList<BenchResult> results = new Benchmark(options, text => Console.Error.WriteLine("… " + text)).Run();
            Console.Out.Write(parse.GetValue(json) ? JsonSerializer.Serialize(results, s_json) + "\n" : Tables(results));
            return Verb.Done;
        }));
        return command;
    }

    internal static double[] ParseLosses(string text)
    {
        try
        {
            return [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => double.Parse(part, CultureInfo.InvariantCulture) / 100)];
        }
        catch (FormatException exception)
        {
            throw new LabException($"'{text}' is no list of percentages such as 0,1", exception);
        }
    }

    private static string Tables(IReadOnlyList<BenchResult> results)
    {
        var speed = new TextTable("steady Mbit/s", "untuned", "first", "second", "generous", "first/untuned", "second/untuned", "first/bound", "second/generous");
        var cost = new TextTable("cost", "GB", "CPU s to ready", "CPU s tuning", "CPU ms/GB", "PSS MB", "BPF programs", "BPF runs/GB", "BPF µs/GB");
        foreach (BenchResult one in results)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{one.Congestion}, {one.Loss * 100:0.##} % loss");
            speed.Add(name, Number(one.Untuned), Number(one.First), Number(one.Second), Number(one.Generous),
                Times(one.First / one.Untuned), Times(one.Second / one.Untuned), Percent(one.First / one.FirstBound), Percent(one.Second / one.Generous));
            cost.Add(name, Text(one.Gigabytes, "0.00"), Text(one.StartCpuSeconds, "0.00"), Text(one.TuneCpuSeconds, "0.00"),
                one.TuneCpuMillisecondsPerGigabyte is { } cpu ? Text(cpu, "0.0") : "-",
                Text(one.ProportionalBytes / 1e6, "0.0"), Text(one.Bpf.Programs, "0"),
                one.BpfRunsPerGigabyte is { } runs ? Number(runs) : "-", one.BpfMicrosecondsPerGigabyte is { } time ? Number(time) : "-");
        }

        return $"{speed}\n{cost}";
    }

    private static string Number(double value) => value < 100 ? Text(value, "0.0") : Text(value, "N0");

    private static string Times(double value) => Text(value, "0.0 'x'");

    private static string Percent(double value) => Text(value, "P0");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
