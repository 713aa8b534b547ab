using System.CommandLine;
using System.Globalization;

namespace BpfTune.Lab.Verbs;

/// <summary>measure: what the pipe itself can carry on this machine, with the settings given.</summary>
internal static class MeasureVerb
{
    internal static Command Create()
    {
        PipeArguments pipe = new();
        var kind = new Option<PipeKind>("--kind") { Description = "by which means" };
        var connections = new Option<int>("--connections") { Description = "at the same time", DefaultValueFactory = _ => 1 };
        var seconds = new Option<double>("--seconds") { Description = "length of a run", DefaultValueFactory = _ => 6 };
        var runs = new Option<int>("--runs") { Description = "how many, one after another", DefaultValueFactory = _ => 1 };
        var congestion = new Option<string>("--congestion") { Description = "congestion control of both ends", DefaultValueFactory = _ => "cubic" };
        var maximum = new Option<long>("--maximum") { Description = "largest TCP buffers in bytes", DefaultValueFactory = _ => TcpSettings.GenerousMaximum };
        var ipv6 = new Option<bool>("--ipv6") { Description = "over IPv6" };

        var command = new Command("measure", "Measure what a pipe carries here.") { kind, connections, seconds, runs, congestion, maximum, ipv6 };
        pipe.AddTo(command);
        command.SetAction(parse => Verb.Guard(() => Run(pipe.Read(parse), parse.GetValue(kind), parse.GetValue(runs), parse.GetValue(maximum), new TcpOptions
        {
            Congestion = parse.GetRequiredValue(congestion),
            Connections = parse.GetValue(connections),
            Duration = TimeSpan.FromSeconds(parse.GetValue(seconds)),
            IPv6 = parse.GetValue(ipv6),
        })));
        return command;
    }

    private static int Run(PipeOptions options, PipeKind kind, int runs, long maximum, TcpOptions traffic)
    {
        using LabNamespace a = LabNamespace.Create("a");
        using LabNamespace b = LabNamespace.Create("b");
        LabPipe pipe = LabPipe.Create(a, b, options, kind);
        using (pipe)
        {
            Console.WriteLine($"{pipe.Description}, MTU {options.Mtu}, {traffic.Congestion}, {traffic.Connections} connection(s)");
            foreach (LabNamespace end in (LabNamespace[])[a, b])
            {
                TcpSettings.Fixed(maximum).ApplyTo(end);
            }

            for (int i = 0; i < runs; i++)
            {
                a.FlushTcpMetrics();
                b.FlushTcpMetrics();
                TcpResult result = TcpTransfer.Run(a, b, traffic);
                TcpInfo info = result.Connections[0].SenderInfo;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"steady {result.SteadyMbit,7:N0} Mbit/s, mean {result.Mbit,7:N0}, rtt {info.RttMicroseconds / 1e3:N1} ms (least {info.MinRttMicroseconds / 1e3:N1}), scale {result.WindowScale}, again {result.Retransmits}; per second: {string.Join(' ', result.Total.PerSecond.Select(rate => rate.ToString("0", CultureInfo.InvariantCulture)))}"));
            }
        }

        if (pipe.Statistics is { } statistics)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pipe: {statistics.CpuSeconds:N2} CPU s"));
            Console.WriteLine("  a>b: " + statistics.AToB);
            Console.WriteLine("  b>a: " + statistics.BToA);
        }

        return Verb.Done;
    }
}
