// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches the memory of datagrams that wait for their missing fragments: as a
 * fragment comes in where functions can be traced, else when one is dropped.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"

enum ip_frag_event {
	IP_FRAG_V4 = 1,
	IP_FRAG_V6 = 2,
};
BPFTUNE_EXPORT(enum, ip_frag_event);

#define FRAGMENT_INTERVAL (250 * BPFTUNE_MS)

/* include/uapi/linux/if_ether.h, as they lie in memory */
#define PROTOCOL_IPV4 bpftune_be16(0x0800)
#define PROTOCOL_IPV6 bpftune_be16(0x86dd)
/* include/net/ip.h: more fragments, or an offset */
#define FRAGMENT_BITS bpftune_be16(0x3fff)
/* Where the fragment fields are in the fixed headers. */
#define IPV4_FRAGMENT 6
#define IPV6_NEXT_HEADER 6
#define NEXT_HEADER_FRAGMENT 44

/* Both architectures are little endian. */
#define bpftune_be16(x) __builtin_bswap16(x)

/* The memory of a namespace's unfinished datagrams is near its threshold. */
struct frag_event {
	struct bpftune_event header;
	__s64 memory;	 /* bytes */
	__s64 threshold; /* ipfrag_high_thresh or ip6frag_high_thresh, bytes */
};
BPFTUNE_EXPORT(struct, frag_event);

static __always_inline int report(struct net *net, struct fqdir *waiting, __u16 kind)
{
	__s64 threshold = BPF_CORE_READ(waiting, high_thresh);
	__s64 memory = BPF_CORE_READ(waiting, mem.counter);
	struct frag_event *e;

	if (!bpftune_near(memory, threshold))
		return 0;
	e = bpftune_reserve(struct frag_event, net, kind, FRAGMENT_INTERVAL);
	if (!e)
		return 0;
	e->memory = memory;
	e->threshold = threshold;
	bpftune_submit(e);
	return 0;
}

static __always_inline int fragment4(struct net *net)
{
	return report(net, BPF_CORE_READ(net, ipv4.fqdir), IP_FRAG_V4);
}

static __always_inline int fragment6(struct net *net)
{
	if (!bpf_core_field_exists(net->ipv6.fqdir))
		return 0;
	return report(net, BPF_CORE_READ(net, ipv6.fqdir), IP_FRAG_V6);
}

static __always_inline int fragment6_skb(struct sk_buff *skb)
{
	struct net *net = BPF_CORE_READ(skb, dev, nd_net.net);

	return net ? fragment6(net) : 0;
}

BPFTUNE_FUNCTION(defrag4, ip_defrag, struct net *, fragment4)
BPFTUNE_FUNCTION(defrag6, ipv6_frag_rcv, struct sk_buff *, fragment6_skb)

/* A fragment that finds no memory is dropped; so is one that waited in vain. */
static __always_inline int dropped(struct sk_buff *skb)
{
	__u16 protocol = BPF_CORE_READ(skb, protocol);
	void *ip, *head;
	struct net *net;
	__u16 bits = 0;
	__u8 next = 0;

	if (protocol != PROTOCOL_IPV4 && protocol != PROTOCOL_IPV6)
		return 0;
	head = BPF_CORE_READ(skb, head);
	ip = head + BPF_CORE_READ(skb, network_header);
	if (protocol == PROTOCOL_IPV4)
		bpf_probe_read_kernel(&bits, sizeof(bits), ip + IPV4_FRAGMENT);
	else
		bpf_probe_read_kernel(&next, sizeof(next), ip + IPV6_NEXT_HEADER);
	if (!(bits & FRAGMENT_BITS) && next != NEXT_HEADER_FRAGMENT)
		return 0;
	net = BPF_CORE_READ(skb, dev, nd_net.net);
	if (!net)
		return 0;
	return protocol == PROTOCOL_IPV4 ? fragment4(net) : fragment6(net);
}

BPFTUNE_TRACEPOINT(fragdrop, kfree_skb, struct sk_buff *, dropped)

char LICENSE[] SEC("license") = "GPL";
