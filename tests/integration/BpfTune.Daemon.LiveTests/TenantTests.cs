using System.Globalization;
using System.Net;
using System.Text.Json;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>What a user without privileges can make the daemon do: nothing to anybody else.</summary>
public sealed class TenantTests(ITestOutputHelper output)
{
    /// <summary>Bursts of datagrams to ever new sockets, each read when the burst is over.</summary>
    private const string UdpBursts = """
        import socket
        s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); d=b"x"*4000
        for burst in range(60):
            r=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); r.bind(("127.0.0.1",0)); r.setblocking(False)
            if burst%2: r.setsockopt(socket.SOL_SOCKET,socket.SO_RCVBUF,1<<30)
            s.connect(r.getsockname())
            for i in range(4000): s.send(d)
            try:
                while True: r.recv(65536)
            except BlockingIOError: pass
        """;

    /// <summary>Thousands of addresses that nobody has, on a link whose prefix is as large as can be.</summary>
    private const string Neighbours = """
        import socket
        for i in range(30000):
            if i%100==0: s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.setblocking(False)
            try: s.sendto(b"x",("10.%d.%d.%d"%(i>>16&255,i>>8&255,1+i%250),9))
            except OSError: pass
        """;

    /// <summary>Many small packets of many flows on his own loopback, which any processor's backlog has to take.</summary>
    private const string SmallPackets = """
        import socket,os,time
        for child in range(3):
            if os.fork()==0: break
        s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.connect(("127.0.0.1",9)); end=time.time()+4
        while time.time()<end:
            for i in range(1000):
                try: s.send(b"x"*18)
                except OSError: pass
        """;

    /// <summary>More namespaces than fit into any table, each making itself known again and again until it is told to end.</summary>
    private const string Namespaces = """
        import ctypes,os,socket,time,sys
        libc=ctypes.CDLL(None); made=0; end=time.time()+25
        for child in range(1100):
            if os.fork()==0:
                if libc.unshare(0x40000000): os._exit(1)
                while time.time()<end:
                    socket.socket(socket.AF_INET,socket.SOCK_STREAM).close(); time.sleep(1)
                os._exit(0)
        for child in range(1100): made+=os.wait()[1]==0
        print(made)
        """;

    /// <summary>Half of the slots that the kernel's side keeps for one tenant (BPFTUNE_SLOTS): which of its namespaces take them is chance.</summary>
    private const int Many = 32;

    private static readonly string[] Machine =
    [
        "net.core.rmem_default", "net.core.rmem_max", "net.ipv4.udp_mem", "net.ipv4.tcp_mem", "net.core.netdev_max_backlog",
        "net.core.netdev_budget", "net.core.netdev_budget_usecs", "net.core.flow_limit_cpu_bitmap",
        "net.ipv4.neigh.default.gc_thresh1", "net.ipv4.neigh.default.gc_thresh2", "net.ipv4.neigh.default.gc_thresh3",
        "net.ipv6.neigh.default.gc_thresh3", "net.ipv4.tcp_allowed_congestion_control",
    ];

    [Fact]
    public void Bursts_of_datagrams_neighbours_and_packets_move_nothing_of_the_machine()
    {
        Tenant.Require();
        // So short that he overflows it at once.
        using var backlog = SysctlOverride.Set("net.core.netdev_max_backlog", "16");
        using var daemon = new TestDaemon(null, "-R");
        var before = Snapshot();
        Tenant.Run(UdpBursts, "link set lo up");
        Tenant.Run(Neighbours, "link set lo up", "link add d0 type veth peer name d1", "link set d0 up", "link set d1 up", "addr add 10.200.0.1/8 dev d0");
        Tenant.Run(SmallPackets, "link set lo up");
        foreach (var change in daemon.AskJson("changes").EnumerateArray())
            output.WriteLine(change.ToString());
        Assert.Equal(before, Snapshot());
        daemon.WaitUntil(() => daemon.Log.Contains($"namespaces of uid {Tenant.User} would have settings", StringComparison.Ordinal), "said that it left them alone");
    }

    [Fact]
    public void What_a_tenant_may_not_move_the_machines_own_namespaces_still_do()
    {
        Tenant.Require();
        using var rmemDefault = SysctlOverride.Set("net.core.rmem_default", "16384");
        using var rmemMax = SysctlOverride.Set("net.core.rmem_max", "16384");
        using var place = LabNamespace.Create("udp");
        using var daemon = new TestDaemon(null, "-R", "-a", "udp_buffer");
        Tenant.Run(UdpBursts, "link set lo up");
        Assert.Equal(16384, Value("net.core.rmem_default"));
        for (var attempt = 0; attempt < 60 && Value("net.core.rmem_default") == 16384; attempt++)
        {
            UdpStream.Run(place, place, new UdpOptions
            {
                Duration = TimeSpan.FromMilliseconds(200), Rate = 1000, Reads = false, Receiver = IPAddress.Loopback,
            });
        }

        Assert.InRange(Value("net.core.rmem_default"), 16385, 8 << 20);
        Assert.InRange(Value("net.core.rmem_max"), Value("net.core.rmem_default"), 64 << 20);
    }

    [Fact]
    public void Where_the_administrator_says_so_a_tenant_moves_the_machine_up_to_its_ceilings()
    {
        Tenant.Require();
        using var rmemDefault = SysctlOverride.Set("net.core.rmem_default", "16384");
        using var rmemMax = SysctlOverride.Set("net.core.rmem_max", "16384");
        using var daemon = new TestDaemon(null, "-R", "-a", "udp_buffer", "--tenants");
        Tenant.Run(UdpBursts.Replace("range(60)", "range(2000)", StringComparison.Ordinal), "link set lo up");
        // What is not judged yet when his namespace ends is taken back.
        var most = daemon.AskJson("changes").EnumerateArray().ToLookup(
            c => c.GetProperty("tunable").GetString()!, c => long.Parse(c.GetProperty("new").GetString()!, CultureInfo.InvariantCulture));
        Assert.InRange(most["net.core.rmem_default"].Max(), 16385, 8 << 20);
        Assert.InRange(most["net.core.rmem_max"].Max(), 16385, 64 << 20);
    }

    [Fact]
    public async Task Eleven_hundred_namespaces_of_a_tenant_push_nobody_out()
    {
        Tenant.Require();
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_conn");
        var storm = Task.Run(() => Tenant.Run(Namespaces));
        var most = 0;
        daemon.WaitUntil(
            () =>
            {
                most = Math.Max(most, Tenants(daemon).Length);
                return most >= Many;
            },
            "the daemon knows many of them");

        // In the middle of it an administrator makes a namespace, and says what he wants there.
        using var place = LabNamespace.Create("own");
        place.Exec("sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno").OrThrow();
        daemon.WaitUntil(
            () => daemon.Ask("tuners").Contains($"stopped in namespace {place.Name}", StringComparison.Ordinal), "his word is taken");
        daemon.WaitUntil(() => Permission(daemon, place.Inode) == 0, "the kernel knows of it");
        var made = (await storm.WaitAsync(TestContext.Current.CancellationToken)).Output;
        output.WriteLine($"{made.Trim()} namespaces made, {most} known at the most");
        Assert.Equal(1100, int.Parse(made, CultureInfo.InvariantCulture));
        Assert.InRange(most, Many, 256);
        Assert.Equal(0, Permission(daemon, place.Inode));
        Assert.All(Tenants(daemon), tenant => Assert.Equal($"uid {Tenant.User}", tenant));
    }

    private static string[] Tenants(TestDaemon daemon) =>
        [.. daemon.AskJson("namespaces").EnumerateArray().Select(n => n.TryGetProperty("tenant", out var tenant) ? tenant.GetString() : null).OfType<string>()];

    /// <summary>What the program in the kernel reads of a namespace; null when nothing is said of it.</summary>
    private static int? Permission(TestDaemon daemon, ulong inode)
    {
        var table = BpfDescriptors.MapIds(daemon.Process.ProcessId).Single(
            id => Parse("map", "show", "id", $"{id}").GetProperty("name").GetString() == "bpftune_conn_in");
        foreach (var listed in Parse("map", "dump", "id", $"{table}").EnumerateArray())
        {
            // An entry that goes while the table is listed has a message in place of its value.
            if (listed.TryGetProperty("formatted", out var entry) && entry.GetProperty("key").GetUInt64() == inode)
                return entry.GetProperty("value").GetProperty("allowed").GetInt32();
        }

        return null;
    }

    private static JsonElement Parse(params string[] bpftool) =>
        JsonDocument.Parse(Tool.Run("bpftool", ["-j", .. bpftool]).OrThrow().Output).RootElement;

    private static string Snapshot() => string.Join('\n', Machine.Select(name => $"{name} = {Sysctl.TryRead(name)}"));

    private static long Value(string name) => long.Parse(Sysctl.Read(name), CultureInfo.InvariantCulture);
}
