using System.Net.Sockets;
using System.Text;
using BpfTune.Daemon.LiveTests;

namespace BpfTune.Faults.Tests;

/// <summary>Callers of the control socket who talk nonsense, say half of what they mean, never listen, or come by the hundred.</summary>
public sealed class ClientTests
{
    private static readonly string[] s_requests =
    [
        "{\"query\":\"status\"}\n", "{\"query\":\"tuners\"}\n", "{\"query\":\"tunables\"}\n", "{\"query\":\"changes\",\"limit\":2147483647}\n",
        "{\"query\":\"namespaces\"}\n", "{\"query\":\"summary\"}\n", "{\"query\":\"rollback_preview\"}\n", "{\"query\":\"resume\",\"tuner\":\"restless\",\"namespace\":\"/proc/1/ns/net\"}\n",
    ];

    [Fact]
    public void Hostile_callers_cost_neither_the_daemon_nor_the_callers_after_them()
    {
        Suite.Require();
        Campaign.Run("hostile callers", Try);
    }

    private static void Try(Random random)
    {
        using var rig = new Rig();
        var first = new FirstValues(rig.Own);
        rig.Plug("restless", Rig.Read("Restless"));
        rig.Plug("route_table", Rig.Read("route_table"));
        var daemon = rig.Start();
        rig.Ask("status");
        var before = daemon.Usage!.Descriptors;
        var open = new List<Socket>();
        try
        {
            for (var caller = random.Next(50, 400); caller > 0; caller--)
            {
                if (Call(rig.ControlSocket, random) is { } socket)
                    open.Add(socket);
            }

            // In the midst of them, somebody who means it.
            rig.Ask("status");
        }
        finally
        {
            open.ForEach(socket => socket.Dispose());
        }

        rig.Ask("tuners");
        rig.WaitUntil(() => daemon.Usage!.Descriptors <= before + 3, "it has let go of all callers");
        if (random.Next(2) == 0)
            daemon.Kill();
        else
            Assert.Equal(0, daemon.Stop(Rig.Patience).ExitCode);
        first.AssertBack(rig.RollBack());
    }

    /// <summary>One caller; what is returned is still connected.</summary>
    private static Socket? Call(string path, Random random)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = 1000, ReceiveTimeout = 1000 };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            var request = Encoding.UTF8.GetBytes(s_requests[random.Next(s_requests.Length)]);
            switch (random.Next(8))
            {
                case 0:
                    // Nothing at all.
                    return socket;
                case 1:
                    socket.Send(request.AsSpan(0, random.Next(request.Length)));
                    return socket;
                case 2:
                    // It never reads the answer.
                    socket.Send(request);
                    return socket;
                case 3:
                    socket.Send(request);
                    break;
                case 4:
                    for (var i = random.Next(1, 4); i > 0; i--)
                        request[random.Next(request.Length - 1)] = (byte)random.Next(256);
                    socket.Send(request);
                    socket.Receive(new byte[64]);
                    break;
                case 5:
                    var noise = new byte[random.Next(1, 20_000)];
                    random.NextBytes(noise);
                    socket.Send(noise);
                    break;
                case 6:
                    socket.Send(Encoding.UTF8.GetBytes(new string('[', random.Next(1, 5000)) + "\n"));
                    socket.Receive(new byte[1]);
                    break;
                default:
                    socket.Send([.. request, .. request, .. request]);
                    socket.Shutdown(SocketShutdown.Send);
                    return socket;
            }
        }
        catch (SocketException)
        {
            // Refused, cut off, not answered in time: what such a caller deserves.
        }

        socket.Dispose();
        return null;
    }
}
