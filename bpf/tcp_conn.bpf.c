// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses the congestion control of connections. The choice itself has to be
 * made here, between a handshake and the first data; what to choose is learned
 * by the daemon from the outcome of finished connections, and looked up in
 * bpftune_conn_choice.
 */
#include "bpftune/congestion.h"
#include "bpftune/events.h"
#include "bpftune/hooks.h"
#include <bpf/bpf_endian.h>

enum tcp_conn_event {
	TCP_CONN_OUTCOME = 1, /* what an algorithm achieved on a connection */
	TCP_CONN_LOSSY = 2,   /* a connection loses too much */
	TCP_CONN_UNKNOWN = 3, /* one in a namespace of which nothing is said */
};
BPFTUNE_EXPORT(enum, tcp_conn_event);

#define OUTCOME_INTERVAL BPFTUNE_MS
#define LOSSY_INTERVAL (100 * BPFTUNE_MS)
#define UNKNOWN_INTERVAL BPFTUNE_SECOND

/* Retransmits above segments >> loss_shift are too many. */
const volatile __u32 loss_shift = 6;
/* One may be a tail loss probe, two a coincidence. */
const volatile __u32 loss_minimum = 3;
/* Fewer segments say nothing about an algorithm: they are the slow start. */
const volatile __u32 outcome_segments = 64;

/* include/uapi/linux/tcp.h */
#define TCP_CONGESTION 13
#define TCP_THIN_LINEAR_TIMEOUTS 16

#define ALGORITHMS 16

/* Where a connection leads: a /24, or a /64 of IPv6. */
struct conn_key {
	__u32 netns_inode;
	__u32 family;	 /* 4 or 6 */
	__u32 prefix[2]; /* network order; the second is 0 for IPv4 */
};

/*
 * What the daemon makes of a remote. Algorithms are numbers of entries in
 * bpftune_conn_name, sets of them bit masks. The members with _ecn are for
 * connections whose route has ECN and which negotiated it.
 */
struct conn_choice {
	__u16 candidates;
	__u16 candidates_ecn;
	__u16 explore; /* of 65536 connections so many take any candidate */
	__u8 best;
	__u8 best_ecn;
};

struct conn_algorithm {
	char name[ALGORITHM_NAME];
};

/* From when on a connection is measured, and under which algorithm. */
struct conn_state {
	__u64 start_ns;
	__u64 start_jiffies;
	__u64 bytes;
	__u64 algorithm; /* the kernel's struct tcp_congestion_ops */
	__u32 busy;
	__u32 limited;
	__u32 segments;
	__u32 retransmits;
	struct conn_key key;
	__u8 chosen; /* by this program */
	__u8 lossy;
	__u8 ecn; /* the route has it, and it was negotiated */
	__u8 reserved[5];
};

struct conn_event {
	struct bpftune_event header;
	struct conn_key key;
	char algorithm[ALGORITHM_NAME];
	__u64 bytes;	    /* acknowledged */
	__u64 duration_ns;
	__u32 duration;	    /* the same in jiffies */
	__u32 busy;	    /* jiffies with data to send or on the way */
	__u32 limited;	    /* of these, held back by receiver or send buffer */
	__u32 rtt_us;	    /* smoothed */
	__u32 min_rtt_us;   /* 0 if unknown */
	__u32 segments;	    /* with data */
	__u32 retransmits;
	__u32 ecn;	    /* the route has it, and it was negotiated */
	__s32 error;	    /* lossy: why bbr was refused, negative errno */
	__u32 reserved;
};
BPFTUNE_EXPORT(struct, conn_event);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024 + 512); /* RemoteTable: the machine's, tenants' */
	__type(key, struct conn_key);
	__type(value, struct conn_choice);
} bpftune_conn_choice SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ALGORITHMS);
	__type(key, __u32);
	__type(value, struct conn_algorithm);
} bpftune_conn_name SEC(".maps");

/*
 * What the daemon says of a namespace. Inode numbers are used again: what was
 * said of another cookie's is not said of this one.
 */
struct conn_permission {
	__u64 netns_cookie; /* 0: this kernel has none */
	__u32 allowed;	    /* 0: an administrator has taken over */
	__u32 reserved;
};

/*
 * The namespaces where connections may be given another algorithm. Where nothing
 * is said nothing is done, so a table that is full leaves a namespace alone: it
 * holds all of tenants' that the daemon knows at a time (TenantShares), and
 * 8,192 of the machine's own.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8192 + 1024);
	__type(key, __u32);
	__type(value, struct conn_permission);
} bpftune_conn_in SEC(".maps");

/* The first connection of a namespace: asks what to do there. */
struct conn_unknown {
	struct bpftune_event header;
};
BPFTUNE_EXPORT(struct, conn_unknown);

/* What was done to connections, however many events were held back. */
enum conn_count {
	CONN_SWITCHED, /* to bbr, for loss */
	CONN_CHOSEN,   /* given an algorithm when they were made */
	CONN_COUNTS,
};
BPFTUNE_EXPORT(enum, conn_count);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CONN_COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} bpftune_conn_count SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct conn_state);
} bpftune_conn_sock SEC(".maps");

/* False for peers on this machine: there is no path to learn about. */
static __always_inline bool conn_key(struct bpf_sock_ops *ctx, struct sock *sk,
				     struct conn_key *key)
{
	__u32 first, second, third, fourth;

	key->netns_inode = bpftune_net_inode(bpftune_sock_net(sk));
	if (ctx->family == AF_INET) {
		fourth = ctx->remote_ip4;
	} else if (ctx->family == AF_INET6) {
		first = ctx->remote_ip6[0];
		second = ctx->remote_ip6[1];
		third = ctx->remote_ip6[2];
		fourth = ctx->remote_ip6[3];
		if (first | second || third != bpf_htonl(0xffff)) {
			key->family = 6;
			key->prefix[0] = first;
			key->prefix[1] = second;
			return first | second | third || fourth != bpf_htonl(1);
		}
		/* IPv4 through an IPv6 socket. */
	} else {
		return false;
	}
	key->family = 4;
	key->prefix[0] = fourth & bpf_htonl(0xffffff00);
	key->prefix[1] = 0;
	return (fourth & bpf_htonl(0xff000000)) != bpf_htonl(0x7f000000);
}

static __always_inline void count(__u32 what)
{
	__u64 *counter = bpf_map_lookup_elem(&bpftune_conn_count, &what);

	if (counter)
		(*counter)++;
}

static __always_inline bool is_allowed(struct sock *sk)
{
	struct net *net = bpftune_sock_net(sk);
	__u32 inode = bpftune_net_inode(net);
	struct conn_permission *permission =
		bpf_map_lookup_elem(&bpftune_conn_in, &inode);
	struct conn_unknown *e;

	if (permission &&
	    bpftune_same(permission->netns_cookie, bpftune_net_cookie(net)))
		return permission->allowed;
	e = bpftune_reserve(struct conn_unknown, net, TCP_CONN_UNKNOWN,
			    UNKNOWN_INTERVAL);
	if (e)
		bpftune_submit(e);
	return false;
}

static __always_inline void begin(struct sock *sk, struct conn_state *state)
{
	struct tcp_sock *tp = (void *)sk;

	state->start_ns = bpf_ktime_get_ns();
	state->start_jiffies = bpf_jiffies64();
	state->bytes = BPF_CORE_READ(tp, bytes_acked);
	state->algorithm = algorithm_of(sk);
	state->segments = BPF_CORE_READ(tp, data_segs_out);
	state->retransmits = BPF_CORE_READ(tp, total_retrans);
	read_times(tp, &state->busy, &state->limited);
}

static __always_inline void report(struct sock *sk, struct conn_state *state,
				   __u16 kind, __u64 interval, __s32 error)
{
	struct tcp_sock *tp = (void *)sk;
	const struct tcp_congestion_ops *algorithm = (void *)state->algorithm;
	__u32 busy, limited, min_rtt;
	struct conn_event *e;

	e = bpftune_reserve(struct conn_event, bpftune_sock_net(sk), kind,
			    interval);
	if (!e)
		return;
	read_times(tp, &busy, &limited);
	min_rtt = BPF_CORE_READ(tp, rtt_min.s[0].v);
	__builtin_memcpy(&e->key, &state->key, sizeof(e->key));
	__builtin_memset(e->algorithm, 0, sizeof(e->algorithm));
	BPF_CORE_READ_STR_INTO(&e->algorithm, algorithm, name);
	e->bytes = BPF_CORE_READ(tp, bytes_acked) - state->bytes;
	e->duration_ns = bpf_ktime_get_ns() - state->start_ns;
	e->duration = bpf_jiffies64() - state->start_jiffies;
	e->busy = busy - state->busy;
	e->limited = limited - state->limited;
	e->rtt_us = BPF_CORE_READ(tp, srtt_us) >> 3;
	e->min_rtt_us = min_rtt == 0xffffffff ? 0 : min_rtt;
	e->segments = BPF_CORE_READ(tp, data_segs_out) - state->segments;
	e->retransmits = BPF_CORE_READ(tp, total_retrans) - state->retransmits;
	e->ecn = state->ecn;
	e->error = error;
	e->reserved = 0;
	bpftune_submit(e);
}

/* Any member of a set, all as likely. */
static __always_inline __u32 any_of(__u32 set, __u32 otherwise)
{
	__u32 i, seen = 0;

	for (i = 0; i < ALGORITHMS; i++) {
		if ((set >> i) & 1 && !(bpf_get_prandom_u32() % ++seen))
			otherwise = i;
	}
	return otherwise;
}

/* True when it was set, to the default's own algorithm too. */
static __always_inline bool choose(struct bpf_sock_ops *ctx,
				   struct conn_key *key, bool ecn)
{
	struct conn_choice *choice;
	struct conn_algorithm *name;
	__u32 slot, set;

	choice = bpf_map_lookup_elem(&bpftune_conn_choice, key);
	if (!choice)
		return false;
	slot = choice->best;
	set = choice->candidates;
	if (choice->candidates_ecn && ecn) {
		slot = choice->best_ecn;
		set |= choice->candidates_ecn;
	}
	if ((bpf_get_prandom_u32() & 0xffff) < choice->explore)
		slot = any_of(set, slot);
	name = bpf_map_lookup_elem(&bpftune_conn_name, &slot);
	/* Refused where its module is gone: then the default stays. */
	return name && name->name[0] &&
	       !bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, name->name,
			       sizeof(name->name));
}

static __always_inline struct conn_state *state_of(struct bpf_sock_ops *ctx,
						   __u64 flags)
{
	struct bpf_sock *sk = ctx->sk;

	return sk ? bpf_sk_storage_get(&bpftune_conn_sock, sk, NULL, flags) :
		    NULL;
}

static __always_inline void established(struct bpf_sock_ops *ctx,
					struct sock *sk)
{
	struct conn_state *state;
	struct conn_key key = {};

	if (!conn_key(ctx, sk, &key) || is_fixed(sk) || is_deliberate(sk))
		return;
	state = state_of(ctx, BPF_SK_STORAGE_GET_F_CREATE);
	if (!state)
		return;
	state->key = key;
	state->ecn = has_ecn(sk);
	if (is_allowed(sk))
		state->chosen = choose(ctx, &key, state->ecn);
	if (state->chosen)
		count(CONN_CHOSEN);
	begin(sk, state);
	bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags |
					       BPF_SOCK_OPS_RETRANS_CB_FLAG |
					       BPF_SOCK_OPS_STATE_CB_FLAG);
}

/* The program has made a choice of its own since. */
static __always_inline bool is_changed(struct sock *sk,
				       const struct conn_state *state)
{
	return state->algorithm != algorithm_of(sk) ||
	       (!state->chosen && is_fixed(sk));
}

static __always_inline void retransmitted(struct bpf_sock_ops *ctx,
					  struct sock *sk,
					  struct conn_state *state)
{
	struct tcp_sock *tp = (void *)sk;
	__u32 lost = BPF_CORE_READ(tp, total_retrans) - state->retransmits;
	__u32 sent = BPF_CORE_READ(tp, data_segs_out) - state->segments;
	char bbr[ALGORITHM_NAME] = "bbr";
	int one = 1, error;

	if (state->lossy || lost < loss_minimum || lost <= sent >> loss_shift)
		return;
	if (is_changed(sk, state) || !is_allowed(sk))
		return;
	state->lossy = 1;
	/* Not before 6.1; what is lost without it is a little patience. */
	bpf_setsockopt(ctx, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, &one,
		       sizeof(one));
	if (name_of(state->algorithm) == NAME("bbr"))
		return;
	if (sent >= outcome_segments)
		report(sk, state, TCP_CONN_OUTCOME, OUTCOME_INTERVAL, 0);
	error = bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, bbr, sizeof(bbr));
	report(sk, state, TCP_CONN_LOSSY, LOSSY_INTERVAL, error);
	if (error)
		return;
	count(CONN_SWITCHED);
	state->chosen = 1;
	begin(sk, state);
}

static __always_inline void closed(struct sock *sk, struct conn_state *state)
{
	struct tcp_sock *tp = (void *)sk;

	if (!is_changed(sk, state) &&
	    BPF_CORE_READ(tp, data_segs_out) - state->segments >= outcome_segments)
		report(sk, state, TCP_CONN_OUTCOME, OUTCOME_INTERVAL, 0);
}

SEC("sockops")
int bpftune_conn_so(struct bpf_sock_ops *ctx)
{
	struct conn_state *state;
	struct bpf_sock *any;
	struct sock *sk;

	/* Others may have asked for callbacks of other kinds. */
	if (ctx->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB &&
	    ctx->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB &&
	    ctx->op != BPF_SOCK_OPS_RETRANS_CB &&
	    !(ctx->op == BPF_SOCK_OPS_STATE_CB && ctx->args[1] == BPF_TCP_CLOSE))
		return 1;
	any = ctx->sk;
	sk = any ? (struct sock *)bpf_skc_to_tcp_sock(any) : NULL;
	if (!sk)
		return 1;
	if (ctx->op == BPF_SOCK_OPS_RETRANS_CB) {
		state = state_of(ctx, 0);
		if (state)
			retransmitted(ctx, sk, state);
	} else if (ctx->op == BPF_SOCK_OPS_STATE_CB) {
		state = state_of(ctx, 0);
		if (state)
			closed(sk, state);
	} else {
		established(ctx, sk);
	}
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
