using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Names and values that the tests share.</summary>
internal static class Sample
{
    public static readonly NetworkNamespace Global = new(new NamespaceId(4026531840, 1), "global", true);
    public static readonly NetworkNamespace Blue = new(new NamespaceId(4026532001, 7), "blue", false);
    public static readonly NetworkNamespace Red = new(new NamespaceId(4026532002, 8), "red", false);

    /// <summary>Of users without privileges: two of one, one of another.</summary>
    public static readonly NetworkNamespace Theirs = new(new NamespaceId(4026532003, 9), "inode 4026532003", false, NamespaceOwner.Tenant(1000, 5));
    public static readonly NetworkNamespace TheirsToo = new(new NamespaceId(4026532004, 10), "inode 4026532004", false, NamespaceOwner.Tenant(1000, 6));
    public static readonly NetworkNamespace Others = new(new NamespaceId(4026532005, 11), "inode 4026532005", false, NamespaceOwner.Tenant(1001, 7));

    public static readonly Tunable Rmem = Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffers")
        with { Bounds = [new ValueRange(4096, 1 << 20), new ValueRange(4096, 1 << 20), new ValueRange(4096, 1_000_000)] };

    public static readonly Tunable Backlog = new("net.ipv4.tcp_max_syn_backlog", TunableScope.Namespace, TunableUnit.Count, "backlog");

    public static readonly Tunable TcpMem = Tunable.Triple("net.ipv4.tcp_mem", TunableScope.Machine, TunableUnit.Pages, "TCP memory");

    public static readonly Tunable Algorithm = new("net.ipv4.tcp_congestion_control", TunableScope.Namespace, TunableUnit.Text, "algorithm");

    /// <summary>One whose raises are measured, by the file 'counts': what was lost and what was kept.</summary>
    public static readonly Tunable Buffer = new("net.core.rmem_default", TunableScope.Namespace, TunableUnit.Bytes, "buffer")
    {
        Effect = new Effect("drops", file => file("counts")?.Split(' ') is [var lost, var kept] ? new EffectReading(long.Parse(lost), long.Parse(kept)) : null),
    };

    /// <summary>What must not be below it.</summary>
    public static readonly Tunable BufferMaximum = new("net.core.rmem_max", TunableScope.Namespace, TunableUnit.Bytes, "largest buffer");

    public static Proposal Propose(
        Tunable tunable, NetworkNamespace networkNamespace, string old, string wanted, string scenario = "near_limit") =>
        new(tunable, networkNamespace, TunableValue.Parse(old), TunableValue.Parse(wanted), scenario, "evidence of " + wanted);
}
