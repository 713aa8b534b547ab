// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches the IPv6 route cache of each network namespace: its entries against
 * net.ipv6.route.max_size. Since Linux 6.3 nothing is limited by that; the
 * daemon does not load this file there.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"

enum route_table_event {
	ROUTE_TABLE_FULL = 1,
};
BPFTUNE_EXPORT(enum, route_table_event);

#define FULL_INTERVAL (20 * BPFTUNE_MS)

struct route_event {
	struct bpftune_event header;
	__s64 entries;
};
BPFTUNE_EXPORT(struct, route_event);

static __always_inline int report(struct net *net)
{
	__s64 entries = BPF_CORE_READ(net, ipv6.ip6_dst_ops.pcpuc_entries.count);
	__s64 limit = BPF_CORE_READ(net, ipv6.sysctl.ip6_rt_max_size);
	struct route_event *e;

	if (!bpftune_near(entries, limit))
		return 0;
	e = bpftune_reserve(struct route_event, net, ROUTE_TABLE_FULL,
			    FULL_INTERVAL);
	if (!e)
		return 0;
	e->entries = entries;
	bpftune_submit(e);
	return 0;
}

/* The kernel collects before it adds a route beyond gc_thresh. */
static __always_inline int collect(struct dst_ops *ops)
{
	return report((void *)ops - bpf_core_field_offset(struct net, ipv6.ip6_dst_ops));
}

BPFTUNE_FUNCTION(rt6gc, ip6_dst_gc, struct dst_ops *, collect)

/* Fires at every lookup: one in 64 is enough. Losing counts to a race is fine. */
static __u32 lookups;

static __always_inline int lookup(struct net *net)
{
	return lookups++ & 63 ? 0 : report(net);
}

BPFTUNE_TRACEPOINT(rt6look, fib6_table_lookup, struct net *, lookup)

char LICENSE[] SEC("license") = "GPL";
