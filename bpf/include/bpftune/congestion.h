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

/* A default that yields to others, or is for a network made for it, is meant. */
static __always_inline bool is_deliberate(struct sock *sk)
{
	__u64 name = name_of(algorithm_of(sk));

	return name == NAME("lp") || name == NAME("prague") || name == NAME("dctcp");
}

#endif
