// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses the congestion control of connections. The choice itself has to be
 * made here, between a handshake and the first data; what to choose is learned
 * by the daemon from the outcome of connections, and looked up in
 * bpftune_conn_choice. Two things cannot wait for the daemon and are done here
 * too: a connection that loses what no queue lost is moved to bbr, and one that
 * was given another algorithm and does badly under it is moved back.
 */
#include "bpftune/congestion.h"
#include "bpftune/events.h"
#include "bpftune/hooks.h"
#include <bpf/bpf_endian.h>

enum tcp_conn_event {
	TCP_CONN_OUTCOME = 1, /* what an algorithm achieved on a connection */
	TCP_CONN_LOSSY = 2,   /* a connection loses what no queue lost */
	TCP_CONN_UNKNOWN = 3, /* one in a namespace of which nothing is said */
	TCP_CONN_BAD = 4,     /* a choice went badly: it is moved back */
};
BPFTUNE_EXPORT(enum, tcp_conn_event);

/* Why a connection has the algorithm that it has. */
enum conn_cause {
	CONN_DEFAULT,  /* its namespace's, untouched */
	CONN_BEST,     /* what is known to be best for its remote */
	CONN_TRIAL,    /* something else, to know more */
	CONN_LOSS,     /* it lost what no queue lost */
	CONN_RETURNED, /* it did badly under another */
};
BPFTUNE_EXPORT(enum, conn_cause);

#define OUTCOME_INTERVAL BPFTUNE_MS
#define LOSSY_INTERVAL (100 * BPFTUNE_MS)
#define BAD_INTERVAL BPFTUNE_MS
#define UNKNOWN_INTERVAL BPFTUNE_SECOND

/*
 * A path loses by itself when losses keep coming while nothing waits in a queue:
 * in three round trips at least, since one may be a tail loss probe and two a
 * coincidence, more often than those that a queue came before, and of more than
 * segments >> loss_shift. With such a share cubic's window is 64 segments on
 * average at 100 ms (RFC 9438, figure 4 and 5.1: 1.054 (RTT/p)^0.75, and Reno's
 * 1.22 / sqrt(p)): some 8 Mbit/s, however wide the path.
 */
const volatile __u32 loss_shift = 11;
const volatile __u32 loss_rounds = 3;
/* Fewer segments say nothing: at ten to begin with they are three round trips. */
const volatile __u32 outcome_segments = 64;

/*
 * Phases of a connection, in round trips. Slow start and bbr's startup alike
 * double what is sent in each: after eight they have sent 2,560 segments, and
 * what follows shows what the algorithm does. It is measured in pieces of
 * four, one of which alone tells a fall from growth. A connection is watched
 * until bbr first looks for a new least round trip, with four segments on the
 * way: after 10 s (net/ipv4/tcp_bbr.c, bbr_min_rtt_win_sec).
 */
#define SETTLED 8
#define PIECE 4
#define WATCHED 32
#define WATCHED_NS (8 * BPFTUNE_SECOND)

/* A path shorter than this, in microseconds, makes up for a loss in no time. */
#define SHORT_PATH 1000

/* include/uapi/linux/tcp.h */
#define TCP_CONGESTION 13
#define TCP_THIN_LINEAR_TIMEOUTS 16

#define ALGORITHMS 16
#define NO_ALGORITHM 255 /* what the namespace has by default */

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
	__u32 min_rtt_us;    /* least round trip of all connections, 0 if unknown */
	__u32 enough;	     /* kB/s: less than that under best, and it is left */
	__u32 enough_trial;  /* the same of a trial; 0: nothing is known */
	__u32 again;	     /* kB/s: bbr that gives less has made a bad start */
	__u16 trial;	     /* what may be tried */
	__u16 trial_ecn;
	__u16 explore;	     /* of 65536 connections so many try one of these */
	__u8 best;	     /* or NO_ALGORITHM */
	__u8 best_ecn;
	__u8 stay;	     /* bbr went badly here: lossy ones are not moved to it */
	__u8 reserved[3];
};

struct conn_algorithm {
	char name[ALGORITHM_NAME];
};

/* How a connection goes under the algorithm that it has. */
struct conn_state {
	__u64 begin_ns;	   /* when it was given that algorithm, */
	__u64 begin_bytes; /* and what it had delivered then */
	__u64 piece_ns;	   /* the same of the piece of four round trips */
	__u64 piece_bytes;
	__u64 piece_jiffies;
	__u64 algorithm; /* the kernel's struct tcp_congestion_ops */
	__u64 original;	 /* that of the namespace */
	/* Pieces after SETTLED in which nothing but the path held it back: */
	__u64 bytes;
	__u64 duration_ns;
	__u64 rtt_sum;
	__u32 rtt_count;
	__u32 busy; /* when the piece began */
	__u32 limited;
	__u32 rate;   /* kB/s in the piece before */
	__u32 enough; /* kB/s: less than that, and it is moved back; 0: not watched */
	__u32 again;  /* kB/s: bbr that gives less starts again; 0: no more of that */
	__u32 rounds; /* round trips under the algorithm */
	__u32 segments;
	__u32 retransmits;
	__u32 seen; /* retransmits that have been looked at */
	__u32 recovery_end;
	__u32 clean; /* losses that no queue came before, in separate round trips */
	__u32 queued;
	__u32 clean_segments;
	__u32 min_rtt_us; /* of the remote */
	struct conn_key key;
	__u8 cause; /* enum conn_cause */
	__u8 lossy;
	__u8 ecn; /* the route has it, and it was negotiated */
	__u8 back; /* where it goes when it does badly */
	__u8 stay;
	__u8 is_clean; /* the loss that it is recovering from */
	__u8 idle;     /* round trips of the piece in which the program was slow */
	__u8 starts;   /* of bbr, after its first */
	__u8 unasked;  /* nothing was known of its namespace yet */
	__u32 piece_rtt;
};

struct conn_event {
	struct bpftune_event header;
	struct conn_key key;
	char algorithm[ALGORITHM_NAME];
	__u64 bytes;	    /* delivered once settled, held back by the path alone, */
	__u64 duration_ns;  /* in so much time, */
	__u32 rtt_us;	    /* at this mean round trip: 0 if that never was */
	__u32 min_rtt_us;   /* least round trip, 0 if unknown */
	__u32 segments;	    /* with data */
	__u32 retransmits;
	__u32 clean;	    /* round trips with loss that no queue came before, */
	__u32 queued;	    /* with one that did */
	__u32 clean_segments; /* retransmits of the former; of the first only one */
	__u32 rate;	    /* bad: kB/s in the last four round trips, */
	__u32 enough;	    /* of so many */
	__u32 ecn;	    /* the route has it, and it was negotiated */
	__s32 error;	    /* lossy: why bbr was refused, negative errno */
	__u32 cause;	    /* enum conn_cause */
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
	CONN_BACK,     /* moved back: they did badly under it */
	CONN_AGAIN,    /* had bbr start once more */
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

static __always_inline void begin_piece(struct tcp_sock *tp, struct conn_state *state)
{
	state->piece_ns = bpf_ktime_get_ns();
	state->piece_bytes = tp->bytes_acked;
	state->piece_jiffies = bpf_jiffies64();
	state->piece_rtt = 0;
	state->idle = 0;
	read_times(tp, &state->busy, &state->limited);
}

/* Under another algorithm it is another connection. */
static __always_inline void begin(struct sock *sk, struct conn_state *state)
{
	struct tcp_sock *tp = (void *)sk;

	begin_piece(tp, state);
	state->begin_ns = state->piece_ns;
	state->begin_bytes = state->piece_bytes;
	state->algorithm = algorithm_of(sk);
	state->bytes = 0;
	state->duration_ns = 0;
	state->rtt_sum = 0;
	state->rtt_count = 0;
	state->rate = 0;
	state->rounds = 0;
	state->segments = tp->data_segs_out;
	state->retransmits = tp->total_retrans;
	state->seen = state->retransmits;
	state->recovery_end = tp->snd_una;
	state->clean = 0;
	state->queued = 0;
	state->clean_segments = 0;
	state->is_clean = 0;
}

static __always_inline void report(struct sock *sk, struct conn_state *state,
				   __u16 kind, __u64 interval, __s32 error,
				   __u32 rate)
{
	struct tcp_sock *tp = (void *)sk;
	const struct tcp_congestion_ops *algorithm = (void *)state->algorithm;
	__u32 min_rtt = tp->rtt_min.s[0].v;
	struct conn_event *e;

	e = bpftune_reserve(struct conn_event, bpftune_sock_net(sk), kind,
			    interval);
	if (!e)
		return;
	__builtin_memcpy(&e->key, &state->key, sizeof(e->key));
	__builtin_memset(e->algorithm, 0, sizeof(e->algorithm));
	BPF_CORE_READ_STR_INTO(&e->algorithm, algorithm, name);
	e->bytes = state->bytes;
	e->duration_ns = state->duration_ns;
	e->rtt_us = state->rtt_count ? state->rtt_sum / state->rtt_count : 0;
	e->min_rtt_us = min_rtt == 0xffffffff ? 0 : min_rtt;
	e->segments = tp->data_segs_out - state->segments;
	e->retransmits = tp->total_retrans - state->retransmits;
	e->clean = state->clean;
	e->queued = state->queued;
	e->clean_segments = state->clean_segments;
	e->rate = rate;
	e->enough = state->enough;
	e->ecn = state->ecn;
	e->error = error;
	e->cause = state->cause;
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

/* Refused where its module is gone: then the connection keeps what it has. */
static __always_inline bool take(struct bpf_sock_ops *ctx, __u32 slot)
{
	struct conn_algorithm *name = bpf_map_lookup_elem(&bpftune_conn_name, &slot);

	return name && name->name[0] &&
	       !bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, name->name,
			       sizeof(name->name));
}

static __always_inline void choose(struct bpf_sock_ops *ctx,
				   struct conn_state *state)
{
	struct conn_choice *choice;
	__u32 slot, best, set;

	choice = bpf_map_lookup_elem(&bpftune_conn_choice, &state->key);
	if (!choice)
		return;
	state->min_rtt_us = choice->min_rtt_us;
	state->stay = choice->stay;
	state->again = choice->again;
	best = choice->best;
	set = choice->trial;
	if (state->ecn) {
		best = choice->best_ecn;
		set |= choice->trial_ecn;
	}
	slot = best;
	if ((bpf_get_prandom_u32() & 0xffff) < choice->explore)
		slot = any_of(set, best);
	if (slot == NO_ALGORITHM || !take(ctx, slot))
		return;
	state->cause = CONN_BEST;
	state->enough = choice->enough;
	if (slot != best) {
		state->cause = CONN_TRIAL;
		state->again = 0;
		state->enough = choice->enough_trial;
		state->back = best;
	}
	count(CONN_CHOSEN);
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
	int flags = ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_RETRANS_CB_FLAG |
		    BPF_SOCK_OPS_STATE_CB_FLAG;
	__u32 rtt;

	if (!conn_key(ctx, sk, &key) || is_fixed(sk) || is_deliberate(sk))
		return;
	state = state_of(ctx, BPF_SK_STORAGE_GET_F_CREATE);
	if (!state)
		return;
	state->key = key;
	state->ecn = has_ecn(sk);
	state->back = NO_ALGORITHM;
	state->original = algorithm_of(sk);
	/* Without its round trips it cannot be watched. (0: none is known yet.) */
	rtt = ((struct tcp_sock *)sk)->srtt_us >> 3;
	if (!rtt || rtt >= SHORT_PATH) {
		flags |= BPF_SOCK_OPS_RTT_CB_FLAG;
		if (is_allowed(sk))
			choose(ctx, state);
		else
			state->unasked = 1;
	}
	begin(sk, state);
	bpf_sock_ops_cb_flags_set(ctx, flags);
}

/* The program has made a choice of its own since. */
static __always_inline bool is_changed(struct sock *sk,
				       const struct conn_state *state)
{
	return state->algorithm != algorithm_of(sk) ||
	       (state->cause == CONN_DEFAULT && is_fixed(sk));
}

static __always_inline __u32 least_rtt(struct tcp_sock *tp,
				       const struct conn_state *state)
{
	__u32 least = tp->rtt_min.s[0].v;

	/* One that began when a queue was there already has not seen the path. */
	return state->min_rtt_us && state->min_rtt_us < least ?
		       state->min_rtt_us : least;
}

/* kB/s: bytes in a millisecond. */
static __always_inline __u32 rate_of(__u64 bytes, __u64 ns)
{
	__u64 rate = ns ? bytes * BPFTUNE_MS / ns : 0;

	return rate > 0xffffffff ? 0xffffffff : rate;
}

/*
 * What is sent again until all is acknowledged that was sent before is one loss:
 * whether a queue was there is seen at its beginning. The end of a slow start
 * may lose half a window at once: of the first loss one segment counts.
 */
static __always_inline void classify(struct tcp_sock *tp, struct conn_state *state)
{
	__u32 lost = tp->total_retrans - state->seen;
	bool first = !(state->clean | state->queued);

	state->seen += lost;
	if (first || (__s32)(tp->snd_una - state->recovery_end) >= 0) {
		state->recovery_end = tp->snd_nxt;
		state->is_clean = !has_queue(tp, least_rtt(tp, state));
		if (state->is_clean)
			state->clean++;
		else
			state->queued++;
		if (first)
			lost = 1;
	} else if (state->clean + state->queued == 1) {
		return;
	}
	if (state->is_clean)
		state->clean_segments += lost;
}

static __always_inline void retransmitted(struct bpf_sock_ops *ctx,
					  struct sock *sk,
					  struct conn_state *state)
{
	struct tcp_sock *tp = (void *)sk;
	__u32 sent = tp->data_segs_out - state->segments;
	char bbr[ALGORITHM_NAME] = "bbr";
	int one = 1, error;
	__u64 now;

	classify(tp, state);
	if (state->lossy || state->clean < loss_rounds ||
	    state->clean < state->queued ||
	    state->clean_segments <= sent >> loss_shift ||
	    sent < outcome_segments)
		return;
	if (is_changed(sk, state) || !is_allowed(sk))
		return;
	state->lossy = 1;
	/* Not before 6.1; what is lost without it is a little patience. */
	bpf_setsockopt(ctx, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, &one,
		       sizeof(one));
	if (state->stay || name_of(state->algorithm) == NAME("bbr"))
		return;
	report(sk, state, TCP_CONN_OUTCOME, OUTCOME_INTERVAL, 0, 0);
	error = bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, bbr, sizeof(bbr));
	report(sk, state, TCP_CONN_LOSSY, LOSSY_INTERVAL, error, 0);
	if (error)
		return;
	count(CONN_SWITCHED);
	now = bpf_ktime_get_ns();
	state->enough = rate_of(tp->bytes_acked - state->begin_bytes,
				now - state->begin_ns) / 2;
	state->cause = CONN_LOSS;
	state->back = NO_ALGORITHM;
	begin(sk, state);
}

/* To what is known to be better here, or what the namespace has. */
static __always_inline void move_back(struct bpf_sock_ops *ctx, struct sock *sk,
				      struct conn_state *state, __u32 rate)
{
	const struct tcp_congestion_ops *original = (void *)state->original;
	char name[ALGORITHM_NAME] = {};
	bool moved;

	if (is_changed(sk, state) ||
	    (state->back == NO_ALGORITHM && state->algorithm == state->original))
		return;
	report(sk, state, TCP_CONN_BAD, BAD_INTERVAL, 0, rate);
	moved = state->back != NO_ALGORITHM && take(ctx, state->back);
	if (!moved) {
		BPF_CORE_READ_STR_INTO(&name, original, name);
		moved = !bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, name,
					sizeof(name));
	}
	state->enough = 0;
	if (!moved)
		return;
	/* A loss does not move it once more. */
	state->stay = 1;
	state->cause = CONN_RETURNED;
	count(CONN_BACK);
	begin(sk, state);
}

/*
 * bbr takes a path for full when three round trips bring no quarter more
 * (net/ipv4/tcp_bbr.c, bbr_full_bw_thresh), which losses of its first round
 * trips can make so at a tenth of what the path carries; from there it gets a
 * quarter more in eight round trips. Where the path is known to give twice as
 * much and more, and four round trips do not bring a quarter more each (1.25^4 =
 * 2.44), it starts again, twice at most. reno, which every kernel
 * has, is between, since to set what is set already does nothing.
 */
static __always_inline void start_again(struct bpf_sock_ops *ctx, struct sock *sk,
					struct conn_state *state)
{
	char bbr[ALGORITHM_NAME] = "bbr", reno[ALGORITHM_NAME] = "reno";

	if (++state->starts == 2)
		state->again = 0;
	if (is_changed(sk, state) || name_of(state->algorithm) != NAME("bbr") ||
	    bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, reno, sizeof(reno)) ||
	    bpf_setsockopt(ctx, IPPROTO_TCP, TCP_CONGESTION, bbr, sizeof(bbr)))
		return;
	if (state->cause == CONN_DEFAULT)
		state->cause = CONN_BEST;
	count(CONN_AGAIN);
	begin(sk, state);
}

/* The piece is measured; false when the path was not what held it back. */
static __always_inline bool measure(struct tcp_sock *tp, struct conn_state *state,
				    __u32 *rate)
{
	__u64 elapsed = bpf_ktime_get_ns() - state->piece_ns;
	__u64 bytes = tp->bytes_acked - state->piece_bytes;
	__u64 jiffies = bpf_jiffies64() - state->piece_jiffies;
	__u32 busy, limited;

	read_times(tp, &busy, &limited);
	busy -= state->busy;
	limited -= state->limited;
	*rate = rate_of(bytes, elapsed);
	/* A quarter of the time, or of the round trips, is what may be lost so. */
	if ((__u64)busy * 4 < jiffies * 3 || limited > busy / 4 ||
	    state->idle > PIECE / 4)
		return false;
	if (state->rounds > SETTLED) {
		state->bytes += bytes;
		state->duration_ns += elapsed;
		state->rtt_sum += state->piece_rtt;
		state->rtt_count += PIECE;
	}
	return true;
}

/*
 * Once a round trip. What does badly is not what is slow yet: a window that
 * grows as slow start has it grow is sixteen times as large four round trips
 * later, one that loses is no larger.
 */
static __always_inline void round_trip(struct bpf_sock_ops *ctx, struct sock *sk,
				       struct conn_state *state)
{
	struct tcp_sock *tp = (void *)sk;
	__u32 rate, before;
	bool free;

	if (state->unasked && state->rounds < PIECE && !is_fixed(sk) &&
	    is_allowed(sk)) {
		state->unasked = 0;
		choose(ctx, state);
		begin(sk, state);
		return;
	}
	state->rounds++;
	state->piece_rtt += tp->srtt_us >> 3;
	if (BPF_CORE_READ_BITFIELD(tp, rate_app_limited))
		state->idle++;
	if (state->rounds % PIECE)
		return;
	before = state->rate;
	free = measure(tp, state, &rate);
	begin_piece(tp, state);
	state->rate = rate;
	if (!free || !before || state->rounds < SETTLED)
		return;
	if (state->rounds > WATCHED ||
	    state->piece_ns - state->begin_ns > WATCHED_NS) {
		state->enough = 0;
		state->again = 0;
	}
	if (rate < state->enough && rate / 2 < before && state->rounds > SETTLED)
		move_back(ctx, sk, state, rate);
	else if (rate < state->again && (__u64)rate * 2 < (__u64)before * 5)
		start_again(ctx, sk, state);
}

static __always_inline void closed(struct sock *sk, struct conn_state *state)
{
	struct tcp_sock *tp = (void *)sk;

	if (!is_changed(sk, state) &&
	    tp->data_segs_out - state->segments >= outcome_segments)
		report(sk, state, TCP_CONN_OUTCOME, OUTCOME_INTERVAL, 0, 0);
}

SEC("sockops")
int bpftune_conn_so(struct bpf_sock_ops *ctx)
{
	struct conn_state *state;
	struct bpf_sock *any;
	struct sock *sk;
	__u32 op = ctx->op;

	/* Others may have asked for callbacks of other kinds. */
	if (op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB &&
	    op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB &&
	    op != BPF_SOCK_OPS_RETRANS_CB && op != BPF_SOCK_OPS_RTT_CB &&
	    !(op == BPF_SOCK_OPS_STATE_CB && ctx->args[1] == BPF_TCP_CLOSE))
		return 1;
	any = ctx->sk;
	sk = any ? (struct sock *)bpf_skc_to_tcp_sock(any) : NULL;
	if (!sk)
		return 1;
	if (op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB ||
	    op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) {
		established(ctx, sk);
		return 1;
	}
	state = state_of(ctx, 0);
	if (!state)
		return 1;
	if (op == BPF_SOCK_OPS_RTT_CB)
		round_trip(ctx, sk, state);
	else if (op == BPF_SOCK_OPS_RETRANS_CB)
		retransmitted(ctx, sk, state);
	else
		closed(sk, state);
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
