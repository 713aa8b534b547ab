using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>The kernel's counters about SYN queues (net/ipv4/proc.c), since the namespace was made.</summary>
/// <param name="Floods">SYNs that found the queue full: dropped, or answered with a cookie.</param>
/// <param name="GoodCookies">Cookies that came back valid.</param>
/// <param name="BadCookies">Cookies that came back invalid.</param>
/// <param name="Accepted">Connections taken in.</param>
internal readonly record struct SynCounters(long Floods, long GoodCookies, long BadCookies, long Accepted)
{
    /// <summary>Reads them from /proc/net/netstat and /proc/net/snmp. A counter that this kernel lacks counts as 0.</summary>
    public static SynCounters Parse(string netstat, string snmp)
    {
        long Extended(string name) => ProcCounters.Read(netstat, "TcpExt", name) ?? 0;

        // With cookies off the kernel drops SYNs past tcp_max_syn_backlog as plain listen drops; those of a full accept
        // queue are counted as overflows as well.
        var full = Extended("TCPReqQFullDrop");
        var otherDrops = Math.Max(0, Extended("ListenDrops") - Extended("ListenOverflows") - full);
        return new SynCounters(
            full + Extended("TCPReqQFullDoCookies") + otherDrops,
            Extended("SyncookiesRecv"),
            Extended("SyncookiesFailed"),
            ProcCounters.Read(snmp, "Tcp", "PassiveOpens") ?? 0);
    }

    /// <summary>What was added since an earlier reading.</summary>
    public SynCounters Since(SynCounters earlier) => new(
        Floods - earlier.Floods,
        GoodCookies - earlier.GoodCookies,
        BadCookies - earlier.BadCookies,
        Accepted - earlier.Accepted);
}
