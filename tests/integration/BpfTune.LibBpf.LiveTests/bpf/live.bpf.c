// SPDX-License-Identifier: GPL-2.0-only
/* What the live tests load: each program does one thing that user space can then see. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct entry {
	__u64 hits;
	__u32 last;
	__u32 spare;
};

struct record {
	__u64 sequence;
	__u64 payload[5];
};

struct call {
	__u32 number;
	__u32 twice;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct entry);
} live_entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} live_per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} live_records SEC(".maps");

const volatile __u32 multiplier = 1;
volatile __u64 total;
volatile __u32 threshold = 7;
volatile __u32 sock_ops_seen;
volatile __u32 sysctl_seen;
volatile __u32 sockets_seen;
volatile __u32 forks_seen;

volatile __u32 produce_first;
volatile __u32 produce_count;
volatile __u32 produce_discarded;
volatile __u32 produce_lost;

SEC("socket")
int live_classify(struct __sk_buff *skb)
{
	struct entry fresh = {}, *e;
	__u32 key = skb->len, zero = 0, *mine;

	e = bpf_map_lookup_elem(&live_entries, &key);
	if (!e) {
		bpf_map_update_elem(&live_entries, &key, &fresh, BPF_ANY);
		e = bpf_map_lookup_elem(&live_entries, &key);
	}
	if (e) {
		e->hits++;
		e->last = threshold;
	}
	mine = bpf_map_lookup_elem(&live_per_cpu, &zero);
	if (mine)
		(*mine)++;
	total += multiplier;
	return multiplier * skb->len;
}

/* Submits records when it is test-run; a socket filter, for those can be on every kernel. */
SEC("socket")
int live_produce(struct __sk_buff *skb)
{
	__u32 i;

	for (i = 0; i < 2048; i++) {
		struct record *r;

		if (i >= produce_count)
			break;
		r = bpf_ringbuf_reserve(&live_records, sizeof(*r), 0);
		if (!r) {
			produce_lost++;
			continue;
		}
		r->sequence = produce_first + i;
		r->payload[0] = 0x1122334455667788;
		if (produce_discarded)
			bpf_ringbuf_discard(r, 0);
		else
			bpf_ringbuf_submit(r, 0);
	}
	return 0;
}

SEC("syscall")
int live_call(struct call *call)
{
	call->twice = call->number * 2;
	return 7;
}

SEC("sockops")
int live_sock_ops(struct bpf_sock_ops *ops)
{
	__sync_fetch_and_add(&sock_ops_seen, 1);
	return 1;
}

SEC("cgroup/sysctl")
int live_sysctl(struct bpf_sysctl *ctx)
{
	__sync_fetch_and_add(&sysctl_seen, 1);
	return 1;
}

SEC("cgroup/sock_create")
int live_sock_create(struct bpf_sock *sk)
{
	__sync_fetch_and_add(&sockets_seen, 1);
	return 1;
}

SEC("raw_tp/sched_process_fork")
int live_raw(struct bpf_raw_tracepoint_args *ctx)
{
	__sync_fetch_and_add(&forks_seen, 1);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int live_typed(__u64 *ctx)
{
	__sync_fetch_and_add(&forks_seen, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
