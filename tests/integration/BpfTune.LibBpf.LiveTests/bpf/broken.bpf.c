// SPDX-License-Identifier: GPL-2.0-only
/* Programs of which each is refused for a reason of its own. None is loaded unless a test says so. */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct net {
	int no_such_member;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} broken_map SEC(".maps");

SEC("socket")
int good(struct __sk_buff *skb)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&broken_map, &key) ? 1 : 0;
}

SEC("?fentry/no_such_function")
int missing_fentry(__u64 *ctx)
{
	return 0;
}

SEC("?fentry/tcp_init_sock")
int present_fentry(__u64 *ctx)
{
	return 0;
}

SEC("?tp_btf/no_such_tracepoint")
int missing_tp_btf(__u64 *ctx)
{
	return 0;
}

SEC("?raw_tp/no_such_tracepoint")
int missing_raw_tp(struct bpf_raw_tracepoint_args *ctx)
{
	return 0;
}

SEC("?kprobe/no_such_function")
int missing_kprobe(void *ctx)
{
	return 0;
}

SEC("?socket")
int rejected(struct __sk_buff *skb)
{
	return *(int *)((char *)skb + 4096);
}

SEC("?raw_tp/sched_process_fork")
int missing_member(struct bpf_raw_tracepoint_args *ctx)
{
	struct net *net = (struct net *)ctx->args[0];

	return BPF_CORE_READ(net, no_such_member);
}

SEC("?iter/no_such_iterator")
int missing_iterator(__u64 *ctx)
{
	return 0;
}

SEC("?lsm/no_such_hook")
int missing_lsm(__u64 *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
