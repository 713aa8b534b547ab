// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches the neighbour tables, one for IPv4 and one for IPv6, each for the
 * whole machine: one that is about to be full, is full, or has become nearly
 * empty. Only facts leave this file; what follows from them is decided by the
 * daemon.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"

/* A kind for each family: one table at its ceiling must not silence the other. */
enum neigh_table_event {
	NEIGH_TABLE_FULL_IPV4 = 1,
	NEIGH_TABLE_EMPTY_IPV4 = 2,
	NEIGH_TABLE_FULL_IPV6 = 3,
	NEIGH_TABLE_EMPTY_IPV6 = 4,
};
BPFTUNE_EXPORT(enum, neigh_table_event);

/* A burst makes thousands of entries a second: a raise must not wait. */
#define GROW_INTERVAL (20 * BPFTUNE_MS)
#define SHRINK_INTERVAL BPFTUNE_SECOND

/* Beyond this many addresses of a device the rest are not counted. */
#define MOST_PREFIXES 16

/* What a prefix of more than 2^32 addresses counts for. */
#define MOST_ADDRESSES (1ULL << 32)

/* include/net/ipv6.h: the scope of a link-local address. */
#define IPV6_ADDR_LINKLOCAL 0x20

/* The kernel's own gc_thresh3 (net/ipv4/arp.c): below it nothing is to lower. */
#define DEFAULT_LIMIT 1024

struct neigh_event {
	struct bpftune_event header;
	__u32 ifindex;
	__s32 entries;	 /* that count towards gc_thresh3 */
	__u64 addresses; /* that the prefixes of the device allow */
};
BPFTUNE_EXPORT(struct, neigh_event);

static __always_inline __u64 prefix_size(__u32 bits, __u32 length)
{
	__u32 free = length < bits ? bits - length : 0;

	return free < 32 ? 1ULL << free : MOST_ADDRESSES;
}

static __always_inline __u64 ipv4_addresses(struct net_device *dev)
{
	struct in_ifaddr *address = BPF_CORE_READ(dev, ip_ptr, ifa_list);
	__u64 sum = 0;
	int i;

	for (i = 0; i < MOST_PREFIXES; i++) {
		if (!address)
			break;
		sum += prefix_size(32, BPF_CORE_READ(address, ifa_prefixlen));
		address = BPF_CORE_READ(address, ifa_next);
	}
	return sum;
}

/*
 * Every device has fe80::/64: a bound that counted it would be none. A neighbour
 * with a link-local address has another one beside it as a rule.
 */
static __always_inline __u64 ipv6_addresses(struct net_device *dev)
{
	struct inet6_dev *in6 = BPF_CORE_READ(dev, ip6_ptr);
	struct list_head *head, *next;
	__u64 sum = 0;
	int i;

	if (!in6)
		return 0;
	head = (void *)in6 + bpf_core_field_offset(struct inet6_dev, addr_list);
	next = BPF_CORE_READ(head, next);
	for (i = 0; i < MOST_PREFIXES; i++) {
		struct inet6_ifaddr *address;

		if (!next || next == head)
			break;
		address = (void *)next -
			  bpf_core_field_offset(struct inet6_ifaddr, if_list);
		if (!(BPF_CORE_READ(address, scope) & IPV6_ADDR_LINKLOCAL))
			sum += prefix_size(128, BPF_CORE_READ(address, prefix_len));
		next = BPF_CORE_READ(next, next);
	}
	return sum;
}

static __always_inline int report(struct net_device *dev, bool ipv6,
				  __u16 kind, __s32 entries, __u64 interval)
{
	struct net *net = BPF_CORE_READ(dev, nd_net.net);
	struct neigh_event *e =
		bpftune_reserve_machine(struct neigh_event, net, kind, interval);

	if (!e)
		return 0;
	e->ifindex = BPF_CORE_READ(dev, ifindex);
	e->entries = entries;
	e->addresses = ipv6 ? ipv6_addresses(dev) : ipv4_addresses(dev);
	bpftune_submit(e);
	return 0;
}

/*
 * neigh_alloc() refuses an entry when gc_entries stands at gc_thresh3 and
 * garbage collection finds nothing. The entry itself, NULL then, is not looked
 * at: the verifier of some kernels takes a tracepoint's argument for never NULL.
 */
static __always_inline int created(__u64 *args)
{
	struct neigh_table *tbl = (void *)args[0];
	struct net_device *dev = (void *)args[1];
	bool exempt = (__u8)args[4];
	__s32 entries = BPF_CORE_READ(tbl, gc_entries.counter);
	int family = BPF_CORE_READ(tbl, family);

	if (exempt || !bpftune_near(entries, BPF_CORE_READ(tbl, gc_thresh3)))
		return 0;
	if (family == AF_INET)
		return report(dev, false, NEIGH_TABLE_FULL_IPV4, entries,
			      GROW_INTERVAL);
	if (family == AF_INET6)
		return report(dev, true, NEIGH_TABLE_FULL_IPV6, entries,
			      GROW_INTERVAL);
	return 0;
}

BPFTUNE_TRACEPOINT_ARGS(neighnew, neigh_create, created)

static __always_inline int released(struct neighbour *neighbour)
{
	struct neigh_table *tbl = BPF_CORE_READ(neighbour, tbl);
	__s32 entries = BPF_CORE_READ(tbl, gc_entries.counter);
	__s32 limit = BPF_CORE_READ(tbl, gc_thresh3);
	int family = BPF_CORE_READ(tbl, family);

	if (limit <= DEFAULT_LIMIT || entries > limit >> bpftune_near_shift)
		return 0;
	if (family == AF_INET)
		return report(BPF_CORE_READ(neighbour, dev), false,
			      NEIGH_TABLE_EMPTY_IPV4, entries, SHRINK_INTERVAL);
	if (family == AF_INET6)
		return report(BPF_CORE_READ(neighbour, dev), true,
			      NEIGH_TABLE_EMPTY_IPV6, entries, SHRINK_INTERVAL);
	return 0;
}

BPFTUNE_TRACEPOINT(neighgone, neigh_cleanup_and_release, struct neighbour *, released)

char LICENSE[] SEC("license") = "GPL";
