using System.Text;
using BpfTune.Engine.Kernel;
using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;
using BpfTune.Tuners.IpFragment;
using BpfTune.Tuners.NetBuffer;
using BpfTune.Tuners.TcpBuffer;

namespace BpfTune.Fuzz.Tests;

/// <summary>Texts below /proc: of other kernels, cut short, or in the shape that a user gave them (mount points).</summary>
public sealed class ProcFuzzTests : IDisposable
{
    private const string Mounts = """
        22 28 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
        31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
        412 25 0:4 net:[4026532177] /run/netns/blue rw shared:9 - nsfs nsfs rw
        413 25 0:4 net:[4026532178] /run/a\040b\134 rw - nsfs nsfs rw
        """;

    private const string Status = "Name:\tbash\nUmask:\t0022\nCapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n";

    private const string Netstat = """
        TcpExt: SyncookiesSent SyncookiesRecv ListenOverflows ListenDrops
        TcpExt: 1 2 3 4
        IpExt: InNoRoutes InOctets
        IpExt: 0 99999999
        """;

    private const string Snmp = """
        Ip: Forwarding ReasmReqds ReasmOKs ReasmFails
        Ip: 1 100 20 3
        Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
        Udp: 1 2 3 4 5 6
        """;

    private const string Snmp6 = "Ip6ReasmReqds                   \t3\nUdp6InDatagrams \t17\nUdp6RcvbufErrors \t1\n";

    private const string Sockstat = "sockets: used 169\nTCP: inuse 6 orphan 0 tw 0 alloc 9 mem 2\nUDP: inuse 3 mem 1\nFRAG: inuse 0 memory 0\n";

    private const string Softnet = """
        00006c39 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
        000059e1 00000001 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000003 00000000 00000001 00000000 00000000
        """;

    private const string Schedstat = "version 16\ntimestamp 4297299139\ncpu0 0 0 0 0 0 0 1777040 2337 991\ndomain0 3 0 0\ncpu1 0 0 0 0 0 0 17 23 9\n";

    private const string MemInfo = "MemTotal:       24683660 kB\nMemAvailable:   23500000 kB\nsome avg10=1.53 avg60=0.10 avg300=0.02 total=1234\n";

    private const string Symbols = "ffffffff81000000 T tcp_sendmsg\nffffffffc0000000 t veth_xmit\t[veth]\n0000000000000000 D x\n";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Mountinfo() => Fuzz.Run("mountinfo", Fuzz.Text(Mounts), text =>
    {
        foreach (var mount in FileSystemMount.Parse(text))
            Assert.NotNull(mount.ToString());
        var found = new Dictionary<uint, string>();
        MountInfo.ReadNetworkNamespaces(Encoding.UTF8.GetBytes(text), found);
        Assert.True(found.Count <= text.Count(c => c == '\n') + 1);
    });

    [Fact]
    public void Status_of_a_process() => Fuzz.Run("status", Fuzz.Text(Status), text =>
    {
        try
        {
            Assert.NotNull(ProcessCapabilities.Parse(text));
        }
        catch (IOException)
        {
            // The text says nothing of capabilities: that is the documented answer.
            Assert.DoesNotContain(text.Split('\n', '\r'), line => line == "CapEff:\t000001ffffffffff");
        }
    });

    [Fact]
    public void Counters() => Fuzz.Run("counters", Fuzz.Text(Netstat, Snmp, Snmp6, Sockstat), text =>
    {
        _ = SynCounters.Parse(text, text);
        _ = BpfTune.Tuners.UdpBuffer.DropEffect.Parse(text, text);
        _ = FragmentCounters.Parse(text);
        _ = FragmentCounters.ParseIPv6(text);
        _ = ProcCounters.Read(text, "TcpExt", "ListenDrops");
        _ = ProcCounters.ReadLine(text, "Udp6InDatagrams");
        _ = SocketStatistics.Read(text, "TCP", "mem");
    });

    [Fact]
    public void Counters_of_each_CPU() => Fuzz.Run("softnet", Fuzz.Text(Softnet, Schedstat), text =>
    {
        var cpus = CpuCounters.Parse(text);
        Assert.True(cpus.Count <= text.Count(c => c == '\n') + 1);
        foreach (var cpu in cpus)
            Assert.True(cpu.Since(cpu) is { Dropped: 0, Squeezed: 0 });
        if (SchedulerTimes.Parse(text) is { } times)
            Assert.Null(times.RatioSince(times));
    });

    [Fact]
    public void Memory() => Fuzz.Run("meminfo", Fuzz.Text(MemInfo), text =>
    {
        Assert.True(BufferMemory.AvailablePages(text, null, 4096) >= 0);
        Assert.True(BufferMemory.AvailablePages(MemInfo, text, 4096) >= 0);
    });

    [Fact]
    public void Releases_and_values() => Fuzz.Run("values", Fuzz.Text("6.18.5-arch1-1\n", "4096\t131072\t6291456\n", "9223372036854775807 -1"), text =>
    {
        Assert.NotNull(KernelRelease.Parse(text).Version);
        var value = TunableValue.Parse(text);
        Assert.Equal(value, TunableValue.Parse(value.Text));
    });

    [Fact]
    public void Symbols_of_the_kernel() => Fuzz.Run("kallsyms", Fuzz.Bytes(Encoding.ASCII.GetBytes(Symbols)), bytes =>
    {
        File.WriteAllBytes(_file, bytes);
        var found = KernelSymbols.Find(["tcp_sendmsg", "veth_xmit"], _file);
        Assert.True(found is null || found.Count <= 2);
    });
}
