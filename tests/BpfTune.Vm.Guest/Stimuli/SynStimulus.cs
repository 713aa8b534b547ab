using System.Net;
using System.Net.Sockets;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>Clients that connect at the same moment to a listener which remembers four half-open connections.</summary>
internal sealed class SynStimulus : Stimulus
{
    private const int Clients = 16;

    private readonly LabSite _site;

    internal SynStimulus()
    {
        _site = Keep(LabSite.Create(new PipeOptions { Delay = TimeSpan.FromMilliseconds(25) }, PipeKind.Netem));
        _site.Receiver.WriteSysctl("net.ipv4.tcp_max_syn_backlog", "128");
    }

    internal override string Hook => "tcp_buffer/syn_backlog";

    internal override string Tunable => "net.ipv4.tcp_max_syn_backlog";

    internal override LabNamespace Place => _site.Receiver;

    internal override string? Provoke(GuestDaemon daemon)
    {
        using var listener = _site.Receiver.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(LabPipe.AddressB(false), 0));
        listener.Listen(4);
        using var stop = new CancellationTokenSource();
        var accepting = Accept(listener, stop.Token);
        var seen = UntilChanged(daemon, 8, () =>
        {
            Burst(listener.LocalEndPoint!);
            // The tuner looks once a second while queues overflow.
            Thread.Sleep(800);
        });
        stop.Cancel();
        accepting.Wait();
        return seen;
    }

    private void Burst(EndPoint target) => _site.Sender.Run(() =>
    {
        var clients = new List<Socket>();
        try
        {
            for (var i = 0; i < Clients; i++)
            {
                clients.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
                try
                {
                    clients[^1].Connect(target);
                }
                catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
                {
                    // As it should: the answer takes a round trip.
                }
            }

            Thread.Sleep(400);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    });

    private static async Task Accept(Socket listener, CancellationToken stop)
    {
        try
        {
            while (true)
                (await listener.AcceptAsync(stop).ConfigureAwait(false)).Dispose();
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
