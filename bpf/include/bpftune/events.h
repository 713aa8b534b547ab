/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a program tells the daemon something: a common header, one ring buffer
 * for the whole suite, and a rate limit for each kind of event and namespace,
 * so that a condition which persists costs next to nothing. What a tenant can
 * cause is bounded for each tenant: see bpftune_admit_tenant().
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
	__u64 owner;	  /* whose namespace it is: bpftune_owner() */
};

struct bpftune_rate_key {
	__u32 netns_inode;
	__u16 tuner;
	__u16 kind;
};

/*
 * The daemon writes next_ns to mute a kind of event for a while. Inode numbers
 * are used again: an entry of another cookie is none of this namespace's.
 */
struct bpftune_rate {
	__u64 next_ns;
	__u64 netns_cookie; /* 0: this kernel has none */
	__u32 suppressed;
	__u32 reserved;
};

/* Of a tenant's entries there are BPFTUNE_SLOTS, and one for all its events. */
#define BPFTUNE_SLOTS 64

struct bpftune_share_key {
	__u64 owner;
	__u32 slot;
	__u32 reserved;
};

struct bpftune_share {
	struct bpftune_rate_key key; /* what holds the slot until next_ns */
	struct bpftune_rate rate;
};

/* An owner that is none: bpftune_unattributed(). */
#define BPFTUNE_OWNER_UNKNOWN (~0ULL)
/* Set in an owner that is a user namespace, not a user. */
#define BPFTUNE_OWNER_NAMESPACE (1ULL << 32)
/* The kernel nests user namespaces no deeper (kernel/user_namespace.c). */
#define BPFTUNE_MOST_LEVELS 33

/* A tenant may have so many events sent at once, and one more every 5 ms. */
#define BPFTUNE_TENANT_BURST 64
#define BPFTUNE_TENANT_INTERVAL (5 * BPFTUNE_MS)

/* Both are set by the engine when it loads the object. */
const volatile __u16 bpftune_tuner_id = 0;   /* whose events these are */
const volatile __u32 bpftune_near_shift = 2; /* the learning rate: 6 - rate */

/* These four are the engine's; a tuner's object is given its maps. */
#define BPFTUNE_RING_BYTES (256 * 1024)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BPFTUNE_RING_BYTES);
} bpftune_ring SEC(".maps");

/* Of the machine's own namespaces: no tenant's entry is ever in here. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct bpftune_rate_key);
	__type(value, struct bpftune_rate);
} bpftune_rate SEC(".maps");

/* Of tenants: no one has more than BPFTUNE_SLOTS + 1 of them. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct bpftune_share_key);
	__type(value, struct bpftune_share);
} bpftune_share SEC(".maps");

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
 * Whose a namespace is: 0 the machine's, which only root can make; else the user
 * who made the top-most user namespace above it, so that nesting makes no new
 * owner, or that user namespace where root made it (a container engine does, for
 * strangers). NamespaceOwner in the Sdk.
 */
static __always_inline __u64 bpftune_owner(struct net *net)
{
	struct user_namespace *user = BPF_CORE_READ(net, user_ns);
	int i, level = BPF_CORE_READ(user, level);
	__u32 uid;

	if (level <= 0)
		return 0;
#pragma clang loop unroll(disable)
	for (i = 0; i < BPFTUNE_MOST_LEVELS; i++) {
		if (level <= 1)
			break;
		user = BPF_CORE_READ(user, parent);
		level--;
	}
	uid = BPF_CORE_READ(user, owner.val);
	return uid ? uid : BPFTUNE_OWNER_NAMESPACE | BPF_CORE_READ(user, ns.inum);
}

static __always_inline __u32 bpftune_slot(const struct bpftune_rate_key *key)
{
	__u32 kind = (__u32)key->tuner << 16 | key->kind;

	/* Knuth's and xxHash's multipliers; RateLimits in the engine does the same. */
	return (key->netns_inode * 2654435761U ^ kind * 2246822519U) >> 26;
}

/* The same for the daemon and for the kernel: 0 is a cookie that is not known. */
static __always_inline bool bpftune_same(__u64 one, __u64 other)
{
	return !one || !other || one == other;
}

/* One event more of all that a tenant sends, whatever its kind. */
static __always_inline bool bpftune_spend(__u64 owner, __u64 now)
{
	struct bpftune_share_key key = { .owner = owner, .slot = BPFTUNE_SLOTS };
	struct bpftune_share *spent = bpf_map_lookup_elem(&bpftune_share, &key);
	__u64 next;

	if (!spent) {
		struct bpftune_share first = {
			.rate.next_ns = now + BPFTUNE_TENANT_INTERVAL,
		};

		bpf_map_update_elem(&bpftune_share, &key, &first, BPF_ANY);
		return true;
	}
	next = spent->rate.next_ns;
	if (next < now)
		next = now;
	if (next - now > BPFTUNE_TENANT_BURST * BPFTUNE_TENANT_INTERVAL)
		return false;
	spent->rate.next_ns = next + BPFTUNE_TENANT_INTERVAL;
	return true;
}

/*
 * A tenant makes namespaces by the thousand. What it can take of the tables, of
 * the ring and of the daemon's time is its own share: an entry goes into one of
 * two slots, and where both are held by others of its own nothing is sent. Half
 * of the ring stays with the machine.
 */
static __always_inline bool
bpftune_admit_tenant(__u64 owner, const struct bpftune_rate_key *key,
		     __u64 cookie, __u64 interval_ns, __u32 *suppressed)
{
	struct bpftune_share_key at = { .owner = owner };
	__u32 slot = bpftune_slot(key), free = BPFTUNE_SLOTS;
	struct bpftune_share entry = { .key = *key };
	__u64 now = bpf_ktime_get_ns();
	struct bpftune_share *share;
	__u32 i;

	*suppressed = 0;
	if (bpf_ringbuf_query(&bpftune_ring, BPF_RB_AVAIL_DATA) >
	    BPFTUNE_RING_BYTES / 2)
		return false;
#pragma clang loop unroll(disable)
	for (i = 0; i < 2; i++) {
		at.slot = slot ^ i;
		share = bpf_map_lookup_elem(&bpftune_share, &at);
		if (share && share->key.netns_inode == key->netns_inode &&
		    share->key.tuner == key->tuner &&
		    share->key.kind == key->kind &&
		    bpftune_same(share->rate.netns_cookie, cookie)) {
			if (now < share->rate.next_ns) {
				__sync_fetch_and_add(&share->rate.suppressed, 1);
				return false;
			}
			if (!bpftune_spend(owner, now))
				return false;
			share->rate.next_ns = now + interval_ns;
			*suppressed = share->rate.suppressed;
			share->rate.suppressed = 0;
			return true;
		}
		if (!share || now >= share->rate.next_ns)
			free = at.slot;
	}
	if (free == BPFTUNE_SLOTS || !bpftune_spend(owner, now))
		return false;
	at.slot = free;
	entry.rate.next_ns = now + interval_ns;
	entry.rate.netns_cookie = cookie;
	bpf_map_update_elem(&bpftune_share, &at, &entry, BPF_ANY);
	return true;
}

/*
 * Whether an event of this kind may be sent from this namespace now. If so,
 * *suppressed says how many were not sent since the last one. Of what concerns
 * the machine as a whole a tenant has one limit for all its namespaces.
 */
static __always_inline bool bpftune_admit(struct net *net, __u16 kind,
					  __u64 interval_ns, bool machine,
					  __u32 *suppressed)
{
	struct bpftune_rate_key key = {
		.netns_inode = bpftune_net_inode(net),
		.tuner = bpftune_tuner_id,
		.kind = kind,
	};
	__u64 cookie = bpftune_net_cookie(net);
	__u64 owner = bpftune_owner(net), now;
	struct bpftune_rate *rate;

	if (owner) {
		if (machine) {
			key.netns_inode = 0;
			cookie = 0;
		}
		return bpftune_admit_tenant(owner, &key, cookie, interval_ns,
					    suppressed);
	}
	now = bpf_ktime_get_ns();
	rate = bpf_map_lookup_elem(&bpftune_rate, &key);
	if (!rate || !bpftune_same(rate->netns_cookie, cookie)) {
		struct bpftune_rate first = {
			.next_ns = now + interval_ns,
			.netns_cookie = cookie,
		};

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
	e->owner = bpftune_owner(net);
}

/*
 * The namespace in the header is only that of whoever ran on this CPU. Where the
 * machine has tenants, this may be one of theirs.
 */
static __always_inline void bpftune_unattributed(struct bpftune_event *e)
{
	if (!e->owner)
		e->owner = BPFTUNE_OWNER_UNKNOWN;
}

/*
 * Room for a record in the ring, its header filled in; NULL when the rate limit
 * holds it back or the ring is full (then it is counted as lost).
 */
#define bpftune_reserve(type, net, kind, interval_ns)                          \
	bpftune_reserve_as(type, net, kind, interval_ns, false)

/* For a fact from which nothing follows but settings of the whole machine. */
#define bpftune_reserve_machine(type, net, kind, interval_ns)                  \
	bpftune_reserve_as(type, net, kind, interval_ns, true)

#define bpftune_reserve_as(type, net, kind, interval_ns, machine)              \
	({                                                                     \
		type *__e = NULL;                                              \
		__u32 __suppressed;                                            \
		if (bpftune_admit(net, kind, interval_ns, machine,             \
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
