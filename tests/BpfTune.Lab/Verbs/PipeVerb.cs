using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace BpfTune.Lab.Verbs;

/// <summary>pipe: carries packets between two namespaces until told to stop.</summary>
internal static class PipeVerb
{
    internal static Command Create()
    {
        var a = new Option<string>("--a") { Description = "one namespace, as 'ip netns' names it", Required = true };
        var b = new Option<string>("--b") { Description = "the other namespace", Required = true };
        PipeArguments pipe = new();
        var untilStdinCloses = new Option<bool>("--until-stdin-closes") { Description = "end with standard input, for a parent process" };

        var command = new Command("pipe", "Join two network namespaces by a pipe with delay, loss and rate (kernels without netem).") { a, b, untilStdinCloses };
        pipe.AddTo(command);
        command.SetAction(parse => Verb.Guard(() => Run(
            parse.GetRequiredValue(a), parse.GetRequiredValue(b), pipe.Read(parse), parse.GetValue(untilStdinCloses))));
        return command;
    }

    private static int Run(string a, string b, PipeOptions options, bool untilStdinCloses)
    {
        using var stop = new ManualResetEventSlim();
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Set();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using DelayPipe pipe = DelayPipe.Create(a, b, options);
        Console.Out.WriteLine(PipeProcess.ReadyLine);
        if (untilStdinCloses)
        {
            new Thread(() =>
            {
                // Nothing is ever written to it: this returns when the parent closes it, or dies.
                while (Console.OpenStandardInput().ReadByte() >= 0)
                {
                }

                stop.Set();
            })
            { IsBackground = true }.Start();
        }

        stop.Wait();
        pipe.Dispose();
        Console.Out.WriteLine(JsonSerializer.Serialize(pipe.Statistics));
        return 0;
    }
}
