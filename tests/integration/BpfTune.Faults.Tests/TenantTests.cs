using BpfTune.Daemon.LiveTests;
using BpfTune.Lab;

namespace BpfTune.Faults.Tests;

/// <summary>Users without privileges, root in namespaces of their own: whatever they do there, nothing of anybody else's moves.</summary>
public sealed class TenantTests
{
    /// <summary>What each of his processes does for a second or two.</summary>
    private static readonly (string Script, string[] Ip)[] s_deeds =
    [
        // Sysctls of his own, as fast as he can.
        ("""
        import time
        end=time.time()+1.5; n=0
        while time.time()<end:
            n+=1
            for name in ("ipv4/tcp_rmem","ipv4/tcp_wmem"): open("/proc/sys/net/"+name,"w").write("4096 131072 %d"%(200000+n%1000))
            open("/proc/sys/net/ipv4/tcp_max_syn_backlog","w").write(str(16+n%100))
            open("/proc/sys/net/ipv4/ipfrag_high_thresh","w").write(str(400000+n%1000))
        """, ["link set lo up"]),

        // Datagrams that nobody reads in time.
        ("""
        import socket,time
        end=time.time()+1.5; d=b"x"*4000
        while time.time()<end:
            s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); r=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); r.bind(("127.0.0.1",0)); s.connect(r.getsockname())
            for i in range(1000): s.send(d)
        """, ["link set lo up"]),

        // Connections that fill whatever buffer they get.
        ("""
        import socket,time
        end=time.time()+1.5
        while time.time()<end:
            l=socket.socket(); l.bind(("127.0.0.1",0)); l.listen(); c=socket.create_connection(l.getsockname()); s=l.accept()[0]; c.setblocking(False)
            try:
                while True: c.send(b"x"*65536)
            except BlockingIOError: pass
            s.recv(1<<22)
        """, ["link set lo up"]),

        // Addresses that nobody has.
        ("""
        import socket
        for i in range(8000):
            if i%100==0: s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.setblocking(False)
            try: s.sendto(b"x",("10.%d.%d.%d"%(i>>16&255,i>>8&255,1+i%250),9))
            except OSError: pass
        """, ["link set lo up", "link add d0 type veth peer name d1", "link set d0 up", "link set d1 up", "addr add 10.200.0.1/8 dev d0"]),

        // First fragments of datagrams that are never completed, and some that are.
        ("""
        import socket,struct,time
        s=socket.socket(socket.AF_INET,socket.SOCK_RAW,socket.IPPROTO_RAW); end=time.time()+1.5; n=0
        while time.time()<end:
            n+=1
            for offset in ((0x2000,0x2000|1,2) if n%3==0 else (0x2000,)):
                h=struct.pack("!BBHHHBBH4s4s",0x45,0,0,n&65535,offset,64,17,0,b"\x7f\0\0\1",b"\x7f\0\0\1")
                try: s.sendto(h+b"x"*8,("127.0.0.1",0))
                except OSError: pass
        """, ["link set lo up"]),

        // Requests for connections that are never completed.
        ("""
        import socket,struct,time,random
        l=socket.socket(); l.bind(("127.0.0.1",7777)); l.listen(8)
        s=socket.socket(socket.AF_INET,socket.SOCK_RAW,socket.IPPROTO_TCP); end=time.time()+1.5
        while time.time()<end:
            h=struct.pack("!HHIIBBHHH",random.randrange(1024,65535),7777,random.getrandbits(32),0,0x50,2,1024,0,0)
            try: s.sendto(h,("127.0.0.1",0))
            except OSError: pass
        """, ["link set lo up"]),

        // Namespaces without end, each with a socket in it.
        ("""
        import ctypes,os,socket
        libc=ctypes.CDLL(None)
        for i in range(300):
            if os.fork()==0:
                libc.unshare(0x40000000); socket.socket(); os._exit(0)
            if i>=16: os.wait()
        for i in range(16): os.wait()
        """, []),
    ];

    [Fact]
    public void What_tenants_do_moves_nothing_of_anybody_elses()
    {
        Tenant.Require();
        Campaign.Run("tenants", Try);
    }

    private static void Try(Random random)
    {
        using var rig = new Rig(isMachines: true);
        using var other = LabNamespace.Create("other");
        var first = new FirstValues(other);
        var machine = SysctlSnapshot.Capture();
        foreach (var tuner in Directory.GetFiles(Suite.Tuners, "*.tuner.dll").Select(file => Path.GetFileName(file)[..^".tuner.dll".Length]))
            rig.Plug(tuner, Rig.Read(tuner));
        var daemon = rig.Start();
        var deeds = Enumerable.Range(0, random.Next(1, 4)).Select(_ => s_deeds[random.Next(s_deeds.Length)]).ToArray();
        Task.WaitAll([.. deeds.Select(deed => Task.Run(() => Tenant.Run(deed.Script, deed.Ip)))]);
        rig.Ask("status");
        Assert.All(rig.AskJson("tuners").EnumerateArray(), tuner => Assert.NotEqual("paused", tuner.GetProperty("state").GetString()));
        first.AssertBack("before the daemon's end");
        AssertSame(machine, rig);
        if (random.Next(2) == 0)
            daemon.Kill();
        else
            Assert.Equal(0, daemon.Stop(Rig.Patience).ExitCode);
        first.AssertBack(rig.RollBack());
        AssertSame(machine, rig);
    }

    private static void AssertSame(SysctlSnapshot before, Rig rig)
    {
        var differences = before.DifferencesTo(SysctlSnapshot.Capture());
        Assert.True(differences.Count == 0, $"{string.Join(", ", differences)}; the daemon said:\n{rig.Log}");
    }
}
