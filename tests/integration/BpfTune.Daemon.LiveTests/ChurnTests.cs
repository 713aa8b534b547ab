using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>Namespaces come and go, as containers do.</summary>
public sealed class ChurnTests(ITestOutputHelper output)
{
    [Fact]
    public void Two_hundred_namespaces_while_traffic_runs_leak_nothing()
    {
        Suite.Require();
        using var site = new Site(rate: 100_000_000);
        site.SetLow();
        using var daemon = new TestDaemon(arguments: "-R");
        using var transfer = TcpTransfer.Start(
            site.Sender, site.Receiver, new TcpOptions { Duration = TimeSpan.FromMinutes(5), Congestion = "cubic" });

        // The first rounds fill caches and compile what is not precompiled.
        Churn(200);
        var before = daemon.Process.Usage!;
        Churn(200);
        var after = daemon.Process.Usage!;
        transfer.Stop();

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"200 namespaces: {after.CpuSeconds - before.CpuSeconds:0.00} s CPU, descriptors {before.Descriptors} then {after.Descriptors}, private memory {before.PrivateDirtyBytes >> 10} then {after.PrivateDirtyBytes >> 10} KB"));
        Assert.InRange(after.Descriptors, 0, before.Descriptors + 3);
        Assert.InRange(after.PrivateDirtyBytes, 0, before.PrivateDirtyBytes + (4L << 20));
        daemon.WaitUntil(
            () => daemon.AskJson("status").GetProperty("namespaces").GetInt32() <= 3, "the namespaces that are gone are forgotten");
        Assert.Equal("running", daemon.AskJson("tuners").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "tcp_buffer").GetProperty("state").GetString());
    }

    private static void Churn(int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var place = LabNamespace.Create("churn");
            // A socket makes the namespace known, as a container's first one does.
            place.Run(() =>
            {
                using var socket = new System.Net.Sockets.Socket(
                    System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
                return socket.Handle;
            });
        }
    }
}
