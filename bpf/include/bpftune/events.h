/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a program tells the daemon something: a common header, one ring buffer
 * for the whole suite, and a rate limit for each kind of event and namespace,
 * so that a condition which persists costs next to nothing.
 */
#ifndef BPFTUNE_EVENTS_H
#define BPFTUNE_EVENTS_H

#include "kernel.h"

#define BPFTUNE_MS 1000000ULL
#define BPFTUNE_SECOND (1000 * BPFTUNE_MS)

/* First member of every record; EventHeader in the Sdk. */
struct bpftune_event {
	__u64 time_ns;	    /* CLOCK_MONOTONIC */
	__u64 netns_cookie; /* 0: this kernel has none */
	__u32 netns_inode;
	__u32 process;	  /* whoever ran on this CPU: a hint */
	__u16 tuner;
	__u16 kind;
	__u32 suppressed; /* events held back since the last one */
};

struct bpftune_rate_key {
	__u32 netns_inode;
	__u16 tuner;
	__u16 kind;
};

/* The daemon writes next_ns to mute a kind of event for a while. */
struct bpftune_rate {
	__u64 next_ns;
	__u32 suppressed;
	__u32 reserved;
};

/* Both are set by the engine when it loads the object. */
const volatile __u16 bpftune_tuner_id = 0;   /* whose events these are */
const volatile __u32 bpftune_near_shift = 2; /* the learning rate: 6 - rate */

/* These three are the engine's; a tuner's object is given its maps. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} bpftune_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct bpftune_rate_key);
	__type(value, struct bpftune_rate);
} bpftune_rate SEC(".maps");

/* Events that did not fit into the ring buffer. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} bpftune_lost SEC(".maps");

/* Whether a value is within limit >> shift of its limit, or beyond it. */
static __always_inline bool bpftune_near(__s64 value, __s64 limit)
{
	return limit > 0 && value >= limit - (limit >> bpftune_near_shift);
}

static __always_inline void bpftune_count_lost(void)
{
	__u32 zero = 0;
	__u64 *lost = bpf_map_lookup_elem(&bpftune_lost, &zero);

	if (lost)
		(*lost)++;
}

static __always_inline __u32 bpftune_net_inode(struct net *net)
{
	return BPF_CORE_READ(net, ns.inum);
}

static __always_inline __u64 bpftune_net_cookie(struct net *net)
{
	/* Before 5.12 net_cookie was an atomic that stays 0 until asked for. */
	if (!bpf_core_field_exists(net->net_cookie))
		return 0;
	return BPF_CORE_READ(net, net_cookie);
}

static __always_inline struct net *bpftune_sock_net(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_net.net);
}

/*
 * Whether an event of this kind may be sent from this namespace now. If so,
 * *suppressed says how many were not sent since the last one.
 */
static __always_inline bool bpftune_admit(__u32 inode, __u16 kind,
					  __u64 interval_ns, __u32 *suppressed)
{
	struct bpftune_rate_key key = {
		.netns_inode = inode,
		.tuner = bpftune_tuner_id,
		.kind = kind,
	};
	__u64 now = bpf_ktime_get_ns();
	struct bpftune_rate *rate = bpf_map_lookup_elem(&bpftune_rate, &key);

	if (!rate) {
		struct bpftune_rate first = { .next_ns = now + interval_ns };

		bpf_map_update_elem(&bpftune_rate, &key, &first, BPF_ANY);
		*suppressed = 0;
		return true;
	}
	if (now < rate->next_ns) {
		__sync_fetch_and_add(&rate->suppressed, 1);
		return false;
	}
	rate->next_ns = now + interval_ns;
	*suppressed = rate->suppressed;
	rate->suppressed = 0;
	return true;
}

static __always_inline void bpftune_header(struct bpftune_event *e,
					   struct net *net, __u16 kind,
					   __u32 suppressed)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	e->time_ns = bpf_ktime_get_ns();
	e->netns_cookie = bpftune_net_cookie(net);
	e->netns_inode = bpftune_net_inode(net);
	e->process = BPF_CORE_READ(task, tgid);
	e->tuner = bpftune_tuner_id;
	e->kind = kind;
	e->suppressed = suppressed;
}

/*
 * Room for a record in the ring, its header filled in; NULL when the rate limit
 * holds it back or the ring is full (then it is counted as lost).
 */
#define bpftune_reserve(type, net, kind, interval_ns)                          \
	({                                                                     \
		type *__e = NULL;                                              \
		__u32 __suppressed;                                            \
		if (bpftune_admit(bpftune_net_inode(net), kind, interval_ns,   \
				  &__suppressed)) {                            \
			__e = bpf_ringbuf_reserve(&bpftune_ring,               \
						  sizeof(type), 0);            \
			if (__e)                                               \
				bpftune_header(&__e->header, net, kind,        \
					       __suppressed);                  \
			else                                                   \
				bpftune_count_lost();                          \
		}                                                              \
		__e;                                                           \
	})

#define bpftune_submit(e) bpf_ringbuf_submit(e, 0)

/* Puts a type that only appears in records into BTF, for the skeleton. */
#define BPFTUNE_EXPORT(kind, tag)                                              \
	const kind tag *__export_##tag __attribute__((unused))

#endif
