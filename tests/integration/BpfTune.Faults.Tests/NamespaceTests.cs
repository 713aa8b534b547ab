using System.Globalization;
using BpfTune.Daemon.LiveTests;
using BpfTune.Lab;

namespace BpfTune.Faults.Tests;

/// <summary>A thousand namespaces that end in the midst of their traffic, some after somebody has set something there.</summary>
public sealed class NamespaceTests
{
    private const string Low = "4096 8192 8192";
    private const int Namespaces = 1000;

    /// <summary>What is opened once, when it is first needed; a leak would be of hundreds.</summary>
    private const int OpenedOnce = 16;

    /// <summary>Namespaces without a name, sixteen at a time: each sends to itself for a moment, and ends with its sockets open.</summary>
    private const string Lives = """
        import ctypes,fcntl,os,random,socket,struct,sys,time
        libc=ctypes.CDLL(None); seed=int(sys.argv[1]); count=int(sys.argv[2]); ended=0
        def live(r):
            if libc.unshare(0x40000000): os._exit(1)
            fcntl.ioctl(socket.socket(socket.AF_INET,socket.SOCK_DGRAM),0x8914,struct.pack("16sh",b"lo",1))
            if r.random()<.3:
                with open("/proc/sys/net/ipv4/tcp_rmem","w") as f: f.write("4096 131072 %d"%r.randrange(200000,900000))
            l=socket.socket(); l.bind(("127.0.0.1",0)); l.listen()
            c=socket.create_connection(l.getsockname()); s=l.accept()[0]; c.setblocking(False); s.setblocking(False)
            end=time.monotonic()+r.random()*.03
            while time.monotonic()<end:
                for step in (lambda: c.send(b"x"*65536),lambda: s.recv(1<<20)):
                    try: step()
                    except BlockingIOError: pass
            os.kill(os.getpid(),9 if r.random()<.5 else 15)
        for i in range(count):
            if i>=16: os.wait()
            if os.fork()==0: live(random.Random(seed*count+i))
        for i in range(min(16,count)): os.wait()
        """;

    [Fact]
    public void Namespaces_that_die_under_traffic_leave_nothing_behind()
    {
        Suite.Require();
        Campaign.Run("1,000 namespaces that die under traffic", Try);
    }

    private static void Try(Random random)
    {
        // A new namespace starts with the first one's values: set by hand in each, they would stop the tuner there.
        using var receive = SysctlOverride.Set("net.ipv4.tcp_rmem", Low);
        using var send = SysctlOverride.Set("net.ipv4.tcp_wmem", Low);
        using var rig = new Rig();
        foreach (var tuner in (ReadOnlySpan<string>)["tcp_buffer", "tcp_conn", "ip_frag"])
            rig.Plug(tuner, Rig.Read(tuner));
        var daemon = rig.Start("-R");
        Live(random.Next(), 50);
        rig.WaitUntil(() => Known(rig) <= 3, "the first namespaces are forgotten");
        var before = daemon.Usage!;
        var open = Open(daemon.ProcessId);
        Live(random.Next(), Namespaces);
        rig.WaitUntil(() => Known(rig) <= 3, "all namespaces are forgotten");
        var once = daemon.Usage!;
        Live(random.Next(), Namespaces);
        rig.WaitUntil(() => Known(rig) <= 3, "as many again are forgotten");
        rig.WaitUntil(
            () => daemon.Usage!.Descriptors <= before.Descriptors + OpenedOnce,
            $"it has let go of all of them; beyond what it had: {string.Join(", ", Open(daemon.ProcessId).Select(one => $"{one.Key} {one.Value - open.GetValueOrDefault(one.Key)}"))}");
        var after = daemon.Usage!;
        // What the runtime takes once for so much traffic it keeps; what is kept for a namespace would come a second time.
        TestContext.Current.TestOutputHelper!.WriteLine($"private memory {before.PrivateDirtyBytes >> 10}, {once.PrivateDirtyBytes >> 10}, {after.PrivateDirtyBytes >> 10} KiB");
        Assert.InRange(once.PrivateDirtyBytes, 0, before.PrivateDirtyBytes + (32L << 20));
        Assert.InRange(after.PrivateDirtyBytes, 0, once.PrivateDirtyBytes + (16L << 20));
        Assert.All(rig.AskJson("tuners").EnumerateArray(), tuner => Assert.Equal("running", tuner.GetProperty("state").GetString()));
        if (random.Next(2) == 0)
        {
            Assert.Equal(0, daemon.Stop(Rig.Patience).ExitCode);
            return;
        }

        daemon.Kill();
        rig.RollBack();
    }

    /// <summary>How many descriptors of each kind a process has.</summary>
    private static Dictionary<string, int> Open(int process) => Directory.GetFiles($"/proc/{process}/fd")
        .Select(file => new FileInfo(file).LinkTarget ?? "closed")
        .CountBy(target => string.Concat(target.Where(c => !char.IsAsciiDigit(c))))
        .ToDictionary();

    private static int Known(Rig rig)
    {
        rig.Ask("namespaces");
        return rig.AskJson("status").GetProperty("namespaces").GetInt32();
    }

    private static void Live(int seed, int count) => Tool.Run(
        "timeout", "300", "/usr/bin/python3",
        "-c", Lives, (seed % 1_000_000).ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture)).OrThrow();
}
