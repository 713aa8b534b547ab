// SPDX-License-Identifier: GPL-2.0-only
/* One of everything that a skeleton names, in the way tuners write it. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

enum event_kind {
	EVENT_NONE,
	EVENT_LIMIT = 3,
};

struct inner {
	__u8 a;
	__u32 b;
};

struct entry_key {
	__u32 id;
	char name[16];
};

struct entry {
	__u64 count;
	struct inner parts[3];
	union {
		__u32 low;
		__u64 all;
	};
	__u32 flags : 3, level : 5;
};

struct everything_event {
	__u64 time_ns;
	enum event_kind event;
	__u32 length;
	struct inner tail[];
};

/* Travels through the ring buffer only. */
struct everything_event *__export_everything_event;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct entry_key);
	__type(value, struct entry);
} bpftune_entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} bpftune_counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} bpftune_events SEC(".maps");

const volatile __u32 sample_mask = 63;
const volatile bool enabled = true;
const volatile char device[8] = "lo";
const volatile struct inner limits SEC(".rodata.limits") = { .a = 1, .b = 2 };
__u32 threshold = 100;
__u64 events_seen;
__u32 histogram[4];
static volatile __u32 hidden;

__noinline int everything_subprogram(__u32 value)
{
	histogram[value & 3]++;
	return value & sample_mask;
}

SEC("socket")
int bpftune_first(struct __sk_buff *skb)
{
	struct entry_key key = { .id = skb->len };
	struct entry *entry = bpf_map_lookup_elem(&bpftune_entries, &key);

	hidden++;
	if (entry && enabled && device[0])
		__sync_fetch_and_add(&entry->count, limits.b);
	return everything_subprogram(skb->len);
}

SEC("?socket")
int bpftune_second(struct __sk_buff *skb)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&bpftune_counts, &zero);
	struct everything_event *event;

	if (count)
		*count += skb->len;
	event = bpf_ringbuf_reserve(&bpftune_events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->time_ns = 0;
	event->event = EVENT_LIMIT;
	event->length = 0;
	bpf_ringbuf_submit(event, 0);
	events_seen++;
	return everything_subprogram(threshold) + hidden;
}

char LICENSE[] SEC("license") = "GPL";
