// SPDX-License-Identifier: GPL-2.0-only
/* An object with one of everything that can be looked at without loading it. */
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <bpf/bpf_helpers.h>

struct entry {
	__u64 hits;
	__u32 last;
	__u32 spare;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct entry);
} entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} records SEC(".maps");

const volatile __u32 multiplier = 3;
const volatile char label[8] = "abc";
volatile __u64 total;
volatile __s16 threshold = -7;
volatile __u32 tuned SEC(".data.settings") = 42;

/* Where the kernel's headers put what the binding reads by offset. */
const volatile __u32 prog_info_load_time = __builtin_offsetof(struct bpf_prog_info, load_time);
const volatile __u32 prog_info_name = __builtin_offsetof(struct bpf_prog_info, name);
const volatile __u32 prog_info_run_time = __builtin_offsetof(struct bpf_prog_info, run_time_ns);
const volatile __u32 prog_info_run_count = __builtin_offsetof(struct bpf_prog_info, run_cnt);
const volatile __u32 prog_info_misses = __builtin_offsetof(struct bpf_prog_info, recursion_misses);
const volatile __u32 map_info_name = __builtin_offsetof(struct bpf_map_info, name);
const volatile __u32 map_info_flags = __builtin_offsetof(struct bpf_map_info, map_flags);
const volatile __u32 link_info_prog_id = __builtin_offsetof(struct bpf_link_info, prog_id);
const volatile __u32 perf_attr_config1 = __builtin_offsetof(struct perf_event_attr, config1);
const volatile __u32 perf_attr_config2 = __builtin_offsetof(struct perf_event_attr, config2);
const volatile __u32 perf_attr_wakeup = __builtin_offsetof(struct perf_event_attr, wakeup_events);
const volatile __u32 perf_attr_sample_period = __builtin_offsetof(struct perf_event_attr, sample_period);

SEC("socket")
int classify(struct __sk_buff *skb)
{
	__u32 key = threshold;
	struct entry *e = bpf_map_lookup_elem(&entries, &key);

	if (e)
		e->hits += tuned + label[0];
	total += multiplier;
	bpf_ringbuf_output(&records, &key, sizeof(key), 0);
	return (int)(prog_info_load_time + prog_info_name + prog_info_run_time + prog_info_run_count + prog_info_misses +
		     map_info_name + map_info_flags + link_info_prog_id + perf_attr_config1 + perf_attr_config2 +
		     perf_attr_wakeup + perf_attr_sample_period);
}

SEC("?tp_btf/tcp_retransmit_skb")
int on_retransmit(__u64 *ctx)
{
	return 0;
}

SEC("cgroup/sysctl")
int on_sysctl(struct bpf_sysctl *ctx)
{
	return 1;
}

char _license[] SEC("license") = "GPL";
