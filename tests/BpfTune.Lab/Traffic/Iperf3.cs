using System.Globalization;

namespace BpfTune.Lab;

/// <summary>
/// iperf3 between two namespaces: a witness from outside. The laboratory's own traffic costs less CPU and tells more.
/// </summary>
public static class Iperf3
{
    private const int Port = 5201;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(15);

    /// <summary>Runs one test of TCP from sender to receiver.</summary>
    /// <exception cref="LabException">No iperf3, or it failed.</exception>
    public static Iperf3Result Run(LabNamespace sender, LabNamespace receiver, TcpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(receiver);
        options ??= new TcpOptions();
        int port = options.Port == 0 ? Port : options.Port;
        using ChildProcess server = ChildProcess.Start("ip", "netns", "exec", receiver.Name,
            "iperf3", "-s", "-1", "-p", Text(port), "--bind", options.EffectiveReceiver.ToString());
        AwaitListener(receiver, server, port);
        using ChildProcess client = ChildProcess.Start("ip", ["netns", "exec", sender.Name, "iperf3", .. ClientArguments(options, port)]);
        ToolResult result = client.Wait(options.Duration + s_grace);

        // With -J the complaint stands in the JSON, whatever the exit code.
        return Iperf3Result.Parse(result.Output.Length > 0 ? result.Output : result.OrThrow().Output);
    }

    internal static string[] ClientArguments(TcpOptions options, int port)
    {
        List<string> arguments = ["-J", "-c", options.EffectiveReceiver.ToString(), "-p", Text(port), "-t", Text(Math.Max(1, (int)Math.Ceiling(options.Duration.TotalSeconds))), "-P", Text(options.Connections)];
        if (options.Congestion is { } congestion)
        {
            arguments.AddRange(["-C", congestion]);
        }

        if (options.ReceiveBuffer != options.SendBuffer)
        {
            throw new LabException("iperf3 has one buffer size for both ends: SendBuffer and ReceiveBuffer must be equal");
        }

        if (options.SendBuffer is { } size)
        {
            arguments.AddRange(["-w", Text(size)]);
        }

        return [.. arguments];
    }

    private static void AwaitListener(LabNamespace receiver, ChildProcess server, int port)
    {
        string filter = string.Create(CultureInfo.InvariantCulture, $"sport = :{port}");
        for (int i = 0; i < 100; i++)
        {
            if (server.HasExited)
            {
                ToolResult result = server.Wait(TimeSpan.Zero);
                throw new LabException($"the iperf3 server ended: {(result.Error + result.Output).Trim()}");
            }

            if (receiver.Exec("ss", "-Hltn", filter).OrThrow().Output.Length > 0)
            {
                return;
            }

            Thread.Sleep(20);
        }

        throw new LabException("the iperf3 server does not listen after 2 s");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
