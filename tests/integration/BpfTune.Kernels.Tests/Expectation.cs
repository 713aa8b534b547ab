using BpfTune.Vm;

namespace BpfTune.Kernels.Tests;

/// <summary>What the matrix must show: every mechanism of every hook, and the gaps that are explained.</summary>
internal static class Expectation
{
    private const string NoRouteLimit = "since Linux 6.3 the IPv6 route cache has no limit";

    /// <summary>All mechanisms, best first, as the guest names them.</summary>
    public static IReadOnlyList<(string Tuner, string Hook, string[] Mechanisms)> Hooks { get; } =
    [
        ("ip_frag", "ipv4_fragments", ["fentry ip_defrag", "kprobe ip_defrag", "tp_btf kfree_skb", "raw_tp kfree_skb"]),
        ("ip_frag", "ipv6_fragments", ["fentry ipv6_frag_rcv", "kprobe ipv6_frag_rcv", "tp_btf kfree_skb", "raw_tp kfree_skb"]),
        ("neigh_table", "neighbour_created", ["tp_btf neigh_create", "raw_tp neigh_create"]),
        ("neigh_table", "neighbour_released", ["tp_btf neigh_cleanup_and_release", "raw_tp neigh_cleanup_and_release"]),
        ("net_buffer", "backlog_drops",
            ["tp_btf kfree_skb", "raw_tp kfree_skb", "fexit enqueue_to_backlog", "kretprobe enqueue_to_backlog", "counter after raw_tp kfree_skb"]),
        ("net_buffer", "polling", ["counter after tp_btf napi_poll", "counter after raw_tp napi_poll"]),
        ("route_table", "route_cache", ["fentry ip6_dst_gc", "kprobe ip6_dst_gc", "tp_btf fib6_table_lookup", "raw_tp fib6_table_lookup"]),
        ("tcp_buffer", "receive_buffer",
            ["tp_btf tcp_rcvbuf_grow", "raw_tp tcp_rcvbuf_grow", "tp_btf tcp_rcv_space_adjust", "raw_tp tcp_rcv_space_adjust"]),
        ("tcp_buffer", "send_buffer", ["fentry tcp_sndbuf_expand", "kprobe tcp_sndbuf_expand", "sockops"]),
        ("tcp_buffer", "memory_pressure", ["fentry tcp_enter_memory_pressure", "kprobe tcp_enter_memory_pressure", "sockops"]),
        ("tcp_buffer", "memory_exceeded", ["tp_btf sock_exceed_buf_limit", "raw_tp sock_exceed_buf_limit"]),
        ("tcp_buffer", "syn_backlog",
            ["fentry tcp_syn_flood_action", "kprobe tcp_syn_flood_action", "counter after sockops, raw_tp tcp_retransmit_synack"]),
        ("tcp_conn", "connections", ["sockops"]),
        ("udp_buffer", "receive_buffer_full", ["tp_btf udp_fail_queue_rcv_skb", "raw_tp udp_fail_queue_rcv_skb"]),
        ("udp_buffer", "memory_exceeded", ["tp_btf sock_exceed_buf_limit", "raw_tp sock_exceed_buf_limit"]),
    ];

    /// <summary>Everything else that a boot must show.</summary>
    public static IReadOnlyList<string> Checks { get; } =
    [
        "every_tuner_loads", "legacy_mode_does_without_fentry_and_tp_btf", "made_up_function_costs_its_mechanism_alone",
        "doctor_without_btf", "daemon_without_btf",
        "engine_hooks", "namespace_is_seen_at_its_first_socket", "namespace_that_is_gone_is_forgotten", "administrators_word_is_final",
        "long_pipe", "loss_1_percent", "loss_10_percent", "htcp_and_no_dctcp_without_ecn", "dctcp_where_the_route_has_ecn",
        "functions_that_are_not_traced_serve_no_hook", "a_clock_that_jumps_changes_no_duration", "the_daemon_confines_itself", "lockdown_is_named",
    ];

    /// <summary>Why a mechanism cannot work on a kernel, as the suite must say it; null when it must work.</summary>
    public static string? Gap(KernelSeries kernel, string tuner, string mechanism)
    {
        var version = Version.Parse(kernel.Name);
        if (tuner == "route_table" && version >= new Version(6, 3))
            return NoRouteLimit;
        if (mechanism.EndsWith("tcp_rcvbuf_grow", StringComparison.Ordinal) && version < new Version(6, 18))
            return "kernel has no tracepoint tcp_rcvbuf_grow to trace";
        // A static function that compilers inline as they please.
        if (mechanism.EndsWith("tcp_syn_flood_action", StringComparison.Ordinal) && version < new Version(6, 12))
            return "kernel has no function tcp_syn_flood_action to trace";
        // Drops have had reasons since 5.17, and this one since 5.18.
        if (tuner == "net_buffer" && mechanism is ("tp_btf kfree_skb" or "raw_tp kfree_skb") && version < new Version(5, 18))
            return "this kernel lacks a type or member that it uses";
        return null;
    }
}
