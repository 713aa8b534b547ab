using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace BpfTune.Lab.Verbs;

/// <summary>start: <see cref="StartupBenchmark"/>, as a table or JSON.</summary>
internal static class StartVerb
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    internal static Command Create()
    {
        var daemon = new Option<string>("--bpftune") { Description = "path of the bpftune executable", Required = true };
        var libDir = new Option<string?>("--libdir") { Description = "directory with its tuners" };
        var runs = new Option<int>("--runs") { Description = "starts of each way", DefaultValueFactory = _ => 10 };
        var json = new Option<bool>("--json") { Description = "print JSON" };

        var command = new Command("start", "Measure the CPU time until the daemon is ready, with and without its own reading of the kernel's BTF.")
        {
            daemon, libDir, runs, json,
        };
        command.SetAction(parse => Verb.Guard(() =>
        {
            var options = new StartupOptions
            {
                Daemon = Path.GetFullPath(parse.GetRequiredValue(daemon)),
                LibDir = parse.GetValue(libDir) is { } directory ? Path.GetFullPath(directory) : null,
                Runs = parse.GetValue(runs) is > 0 and var count ? count : throw new LabException("--runs takes a number from 1 on"),
            };
            IReadOnlyList<StartupResult> results = new StartupBenchmark(options, text => Console.Error.WriteLine("… " + text)).Run();
            Console.Out.Write(parse.GetValue(json) ? JsonSerializer.Serialize(results, s_json) + "\n" : Table(results));
            return Verb.Done;
        }));
        return command;
    }

    private static string Table(IReadOnlyList<StartupResult> results)
    {
        var table = new TextTable("until ready", "CPU ms, median", "least", "most", "ms on the clock, median");
        foreach (StartupResult result in results)
        {
            table.Add(
                result.Way, Milliseconds(StartupResult.Median(result.CpuSeconds)), Milliseconds(result.CpuSeconds.Min()),
                Milliseconds(result.CpuSeconds.Max()), Milliseconds(StartupResult.Median(result.WallSeconds)));
        }

        return table.ToString();
    }

    private static string Milliseconds(double seconds) => (seconds * 1e3).ToString("N0", CultureInfo.InvariantCulture);
}
