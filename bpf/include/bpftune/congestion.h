/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel knows of a connection's congestion control, of its route, and
 * of how its time was spent.
 */
#ifndef BPFTUNE_CONGESTION_H
#define BPFTUNE_CONGESTION_H

#include "kernel.h"

/* include/uapi/linux/rtnetlink.h, include/net/{dst,tcp}.h */
#define RTAX_FEATURES 12
#define RTAX_FEATURE_ECN 1
#define TCP_ECN_OK 1
#define DST_METRICS_FLAGS 3UL

/* TCP_CA_NAME_MAX */
#define ALGORITHM_NAME 16

static __always_inline __u64 algorithm_of(struct sock *sk)
{
	return (__u64)BPF_CORE_READ((struct inet_connection_sock *)sk, icsk_ca_ops);
}

/* The program that owns the socket, or the route, has chosen for itself. */
static __always_inline bool is_fixed(struct sock *sk)
{
	struct inet_connection_sock *icsk = (void *)sk;

	return BPF_CORE_READ_BITFIELD_PROBED(icsk, icsk_ca_setsockopt) ||
	       BPF_CORE_READ_BITFIELD_PROBED(icsk, icsk_ca_dst_locked);
}

/*
 * That a connection negotiated ECN says little: most servers do with anybody.
 * A route that has it was marked so by an administrator.
 */
static __always_inline bool has_ecn(struct sock *sk)
{
	unsigned long metrics;
	__u32 features = 0;

	if (!(BPF_CORE_READ((struct tcp_sock *)sk, ecn_flags) & TCP_ECN_OK))
		return false;
	metrics = BPF_CORE_READ(sk, sk_dst_cache, _metrics) & ~DST_METRICS_FLAGS;
	if (!metrics)
		return false;
	bpf_probe_read_kernel(&features, sizeof(features),
			      (__u32 *)metrics + RTAX_FEATURES - 1);
	return features & RTAX_FEATURE_ECN;
}

/* Busy: jiffies with data to send or on the way; limited: held back by the
 * receiver's window or the send buffer meanwhile (tcp_info's chrono statistics). */
static __always_inline void read_times(struct tcp_sock *tp, __u32 *busy,
				       __u32 *limited)
{
	__u32 running = BPF_CORE_READ_BITFIELD_PROBED(tp, chrono_type);

	*limited = BPF_CORE_READ(tp, chrono_stat[1]) +
		   BPF_CORE_READ(tp, chrono_stat[2]);
	*busy = *limited + BPF_CORE_READ(tp, chrono_stat[0]);
	if (running) {
		__u32 since = (__u32)bpf_jiffies64() -
			      BPF_CORE_READ(tp, chrono_start);

		*busy += since;
		if (running > 1)
			*limited += since;
	}
}

/* The first eight bytes of an algorithm's name; shorter names end in zeros. */
static __always_inline __u64 name_of(__u64 algorithm)
{
	const struct tcp_congestion_ops *ops = (void *)algorithm;
	char name[ALGORITHM_NAME] = {};
	__u64 first;

	BPF_CORE_READ_STR_INTO(&name, ops, name);
	__builtin_memcpy(&first, name, sizeof(first));
	return first;
}

#define NAME(text)                                                             \
	({                                                                     \
		char __text[8] = text;                                         \
		__u64 __value;                                                 \
		__builtin_memcpy(&__value, __text, sizeof(__value));           \
		__value;                                                       \
	})

/* net/ipv4/tcp_cubic.c, HYSTART_DELAY_MIN and HYSTART_DELAY_MAX, microseconds. */
#define QUEUE_LEAST 4000
#define QUEUE_MOST 16000

/*
 * Whether packets wait on the way, by what cubic itself takes for the sign of a
 * queue: a round trip an eighth above the least, 4 ms at least and 16 at most
 * (HYSTART_DELAY_THRESH). Less on a path so short that 4 ms are half of it.
 * What a full queue loses has waited in it, and so have those before and after:
 * of the smoothed round trip and the last one the smaller counts.
 */
static __always_inline bool has_queue(struct tcp_sock *tp, __u32 least)
{
	__u32 rtt = tp->srtt_us >> 3, last = tp->rack.rtt_us, more = least >> 3;

	/* None was measured yet: nothing can be told. */
	if (least == 0xffffffff)
		return true;
	if (last && last < rtt)
		rtt = last;
	if (more < QUEUE_LEAST)
		more = QUEUE_LEAST;
	if (more > QUEUE_MOST)
		more = QUEUE_MOST;
	if (more > least >> 1)
		more = least >> 1;
	return rtt > least + more;
}

/* A default that yields to others, or is for a network made for it, is meant. */
static __always_inline bool is_deliberate(struct sock *sk)
{
	__u64 name = name_of(algorithm_of(sk));

	return name == NAME("lp") || name == NAME("prague") || name == NAME("dctcp");
}

#endif
