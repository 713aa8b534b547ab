using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>Each user has a share of what the daemon does and remembers; who uses up his has nothing of anybody else's.</summary>
public sealed class TenantShareTests(ITestOutputHelper output) : IDisposable
{
    private const long Low = 262_144;
    private const string Receive = "net.ipv4.tcp_rmem";
    private const string Send = "net.ipv4.tcp_wmem";
    private const string LowTriple = "4096 8192 8192";

    /// <summary>Large datagrams to himself, of which a quarter lose a part; he begins when he is told to.</summary>
    private const string Fragments = """
        import os,socket,subprocess,time
        def put(name,value): open("/proc/sys/net/ipv4/"+name,"w").write(str(value))
        put("ipfrag_low_thresh",131072); put("ipfrag_high_thresh",262144); put("ipfrag_time",3)
        for c in ("add table ip t","add chain ip t pre { type filter hook prerouting priority -450 ; }","add rule ip t pre ip frag-off & 0x1fff == 185 numgen random mod 4 == 0 drop"):
            subprocess.run(["nft",c],check=True)
        open("DIRECTORY/ready","w").close()
        while not os.path.exists("DIRECTORY/go"): time.sleep(.05)
        r=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); r.bind(("127.0.0.1",0)); r.setblocking(False)
        s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.connect(r.getsockname()); end=time.time()+20
        while time.time()<end and int(open("/proc/sys/net/ipv4/ipfrag_high_thresh").read())<3*262144:
            s.send(b"x"*30000); time.sleep(1/60)
            try: r.recv(65536)
            except BlockingIOError: pass
        print(open("/proc/sys/net/ipv4/ipfrag_high_thresh").read().strip())
        """;

    /// <summary>As many namespaces as are known of one user, each with a word about ten settings.</summary>
    private const string Words = """
        import ctypes,os,time
        libc=ctypes.CDLL(None)
        words={"tcp_rmem":"4096 8192 8193","tcp_wmem":"4096 8192 8193","tcp_moderate_rcvbuf":"0","tcp_no_metrics_save":"1","tcp_no_ssthresh_metrics_save":"0",
               "tcp_max_syn_backlog":"99","tcp_syncookies":"2","tcp_congestion_control":"reno","ipfrag_high_thresh":"5000000"}
        for child in range(256):
            if os.fork()==0:
                if libc.unshare(0x40000000): os._exit(1)
                open("DIRECTORY/ready-%d"%child,"w").close()
                while not os.path.exists("DIRECTORY/go"): time.sleep(.2)
                time.sleep(child/25)
                for name,value in words.items(): open("/proc/sys/net/ipv4/"+name,"w").write(value)
                while not os.path.exists("DIRECTORY/end"): time.sleep(.2)
                os._exit(0)
        for child in range(256): os.wait()
        """;

    // His processes make files there.
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-test-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Fragments_of_a_tenant_move_his_own_namespace_alone_within_his_share()
    {
        Require();
        using var other = LabNamespace.Create("other");
        string[] names = ["net.ipv4.ipfrag_high_thresh", "net.ipv6.ip6frag_high_thresh"];
        var before = names.Select(name => other.ReadSysctl(name) + " " + Sysctl.Read(name)).ToArray();
        var theirs = Task.Run(() => Tenant.Run(Fragments.Replace("DIRECTORY", _directory.FullName, StringComparison.Ordinal), "link set lo up mtu 1500"));
        Wait(theirs, () => File.Exists(_directory.FullName + "/ready"));
        using var daemon = new TestDaemon(null, "-R", "-a", "ip_frag");
        Go();
        var raised = long.Parse((await theirs.WaitAsync(TestContext.Current.CancellationToken)).Output, CultureInfo.InvariantCulture);
        output.WriteLine($"ipfrag_high_thresh came to {raised}");
        Assert.InRange(raised, Low + 1, Low + (Available() / 64));
        Assert.Equal(before, names.Select(name => other.ReadSysctl(name) + " " + Sysctl.Read(name)));
        Assert.All(daemon.AskJson("changes").EnumerateArray(), change => Assert.StartsWith("inode ", change.GetProperty("namespace").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Words_without_end_stop_his_namespaces_and_nobody_elses()
    {
        Require();
        // A new namespace starts with the first one's values: set by hand, they would stop the tuner there.
        using var receive = SysctlOverride.Set(Receive, LowTriple);
        using var send = SysctlOverride.Set(Send, LowTriple);
        using var free = LabNamespace.Create("free");
        using var stopped = LabNamespace.Create("stopped");
        using var daemon = new TestDaemon(null, "-a", "tcp_buffer", "-a", "tcp_conn", "-a", "ip_frag");
        var theirs = Task.Run(() => Tenant.Run(Words.Replace("DIRECTORY", _directory.FullName, StringComparison.Ordinal)));
        try
        {
            Wait(theirs, () => Directory.GetFiles(_directory.FullName, "ready-*").Length == 256);
            Go();
            stopped.WriteSysctl(Receive, "4096 8192 8193");
            daemon.Process.WaitForLine(
                t => t.Contains($"more is set by hand in all namespaces of uid {Tenant.User} than is remembered; tcp_buffer tunes nothing there", StringComparison.Ordinal),
                TestDaemon.Patience);
            AssertNobodyElses(daemon, free, stopped);

            // It is remembered as one word is.
            daemon.Process.Kill();
            daemon.StartAgain();
            AssertNobodyElses(daemon, free, stopped);
            Assert.Contains($"all namespaces of uid {Tenant.User}", daemon.Ask("resume", "tcp_buffer"), StringComparison.Ordinal);
            Assert.DoesNotContain("all namespaces of uid", daemon.Ask("tuners", "tcp_buffer"), StringComparison.Ordinal);
        }
        finally
        {
            File.WriteAllText(_directory.FullName + "/go", "");
            File.WriteAllText(_directory.FullName + "/end", "");
            await theirs.WaitAsync(TestContext.Current.CancellationToken);
            daemon.Process.Kill();
            daemon.Ask("rollback");
        }
    }

    private static void AssertNobodyElses(TestDaemon daemon, LabNamespace free, LabNamespace stopped)
    {
        daemon.WaitUntil(
            () => daemon.Ask("tuners").Contains($"stopped in namespace {stopped.Name}", StringComparison.Ordinal), "the machine's own word counts");
        Assert.Contains($"stopped in all namespaces of uid {Tenant.User}", daemon.Ask("tuners"), StringComparison.Ordinal);
        var before = Site.Maximum(free, Send);
        for (var attempt = 0; attempt < 10 && Site.Maximum(free, Send) == before; attempt++)
            free.Run(() => LoopbackTraffic.Run(TimeSpan.FromMilliseconds(300)));
        Assert.True(Site.Maximum(free, Send) > before, daemon.Log);
    }

    private void Require()
    {
        Tenant.Require();
        Tool.Run("chmod", "777", _directory.FullName).OrThrow();
    }

    private void Go() => File.WriteAllText(_directory.FullName + "/go", "");

    private static void Wait(Task<ToolResult> theirs, Func<bool> condition)
    {
        for (var start = Environment.TickCount64; !condition(); Thread.Sleep(50))
        {
            if (theirs.IsCompleted)
                theirs.GetAwaiter().GetResult();
            Assert.True(Environment.TickCount64 - start < TestDaemon.Patience.TotalMilliseconds, "he is not ready");
        }
    }

    private static long Available() => long.Parse(
        File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) << 10;
}
