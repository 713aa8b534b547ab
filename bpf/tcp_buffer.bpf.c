// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches TCP's memory: receive and send buffers about to hit the maximum of
 * their namespace, TCP's own memory limit, and SYN queues that overflow. Only
 * facts leave this file; what follows from them is decided by the daemon.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"
#include "bpftune/memory.h"

enum tcp_buffer_event {
	TCP_BUFFER_RECEIVE = 1,
	TCP_BUFFER_SEND = 2,
	TCP_BUFFER_MEMORY = 3,
	TCP_BUFFER_SYN = 4,
	TCP_BUFFER_RECEIVE_FULL = 5,
	TCP_BUFFER_SEND_FULL = 6,
};
BPFTUNE_EXPORT(enum, tcp_buffer_event);

/* A round trip of a close peer: no raise can take effect sooner. */
#define BUFFER_INTERVAL (20 * BPFTUNE_MS)
/* A buffer that is as large as it may be, and need not be larger. */
#define FULL_INTERVAL (250 * BPFTUNE_MS)
#define MEMORY_INTERVAL (250 * BPFTUNE_MS)
#define SYN_INTERVAL BPFTUNE_SECOND

/*
 * How many times the bandwidth-delay product the maximum should be. A send
 * buffer grows whenever the maximum allows it: twice is enough. A receive buffer
 * is given twice what came in the last round trip, but only at a moment when
 * that is more than ever before: one that once stood at the limit does not grow
 * when the limit is raised later. So the limit has to rise a round trip before
 * it binds.
 */
const volatile __u32 receive_room = 4;
const volatile __u32 send_room = 2;

/*
 * A socket whose buffer is near the maximum (..._FULL), or will be in a round
 * trip or two.
 */
struct buffer_event {
	struct bpftune_event header;
	__u64 socket;	 /* tells sockets apart; not a stable name */
	__u64 peer;	 /* tells the hosts apart that they lead to */
	__u32 buffer;	 /* sk_rcvbuf or sk_sndbuf, bytes of truesize */
	__u32 window;	 /* payload bytes that the path carries in min_rtt_us, or */
			 /* in rtt_us where that is not known */
	__u32 limit[3];	 /* tcp_rmem or tcp_wmem of the namespace */
	__u32 overhead;	 /* truesize of 256 bytes of payload */
	__u32 rtt_us;	 /* smoothed round trip now */
	__u32 min_rtt_us; /* least round trip, 0 if unknown */
	__u32 moderate;	 /* tcp_moderate_rcvbuf */
	__u32 reserved;
	__s64 allocated; /* TCP's memory, pages */
	__s64 mem[3];	 /* tcp_mem, pages */
};
BPFTUNE_EXPORT(struct, buffer_event);

/* TCP's memory as a whole near its marks. */
struct memory_event {
	struct bpftune_event header;
	__s64 allocated; /* pages */
	__s64 mem[3];	 /* pages */
};
BPFTUNE_EXPORT(struct, memory_event);

enum syn_reason {
	SYN_LISTEN = 1,	 /* a socket begins to listen */
	SYN_ACCEPT = 2,	 /* a handshake was completed */
	SYN_WAIT = 3,	 /* a SYN+ACK had to be sent again */
	SYN_FLOOD = 4,	 /* the kernel found a queue full */
};
BPFTUNE_EXPORT(enum, syn_reason);

/* Something happened after which the SYN queue's counters are worth a look. */
struct syn_event {
	struct bpftune_event header;
	__u32 reason;
	__u32 reserved;
};
BPFTUNE_EXPORT(struct, syn_event);

/* include/net/tcp.h, tcp_space_from_win(): per socket since 6.6, double before. */
static __always_inline __u32 receive_overhead(struct tcp_sock *tp)
{
	__u8 ratio = 0;

	if (bpf_core_field_exists(tp->scaling_ratio))
		ratio = BPF_CORE_READ(tp, scaling_ratio);
	return ratio ? 65536 / ratio : 512;
}

/* A queue on the way is no part of the bandwidth-delay product. */
static __always_inline __u32 without_queue(__u64 window, __u32 rtt, __u32 min_rtt)
{
	if (min_rtt && rtt > min_rtt)
		window = window * min_rtt / rtt;
	return window > 0xffffffff ? 0xffffffff : window;
}

/* ~0 until there was a sample. */
static __always_inline __u32 min_rtt_of(struct tcp_sock *tp)
{
	__u32 min_rtt = BPF_CORE_READ(tp, rtt_min.s[0].v);

	return min_rtt == 0xffffffff ? 0 : min_rtt;
}

/* Room in the ring if the buffer is, or will be, too small: each a kind of its own. */
static __always_inline struct buffer_event *
buffer_reserve(struct net *net, __u32 buffer, __u64 wanted, __u32 limit,
	       __u16 growing, __u16 full)
{
	/* A sixteenth more is not worth a change. */
	if (wanted > (__u64)limit + (limit >> 4))
		return bpftune_reserve(struct buffer_event, net, growing,
				       BUFFER_INTERVAL);
	if (bpftune_near(buffer, limit))
		return bpftune_reserve(struct buffer_event, net, full,
				       FULL_INTERVAL);
	return NULL;
}

static __always_inline __u64 peer_of(struct sock *sk)
{
	__u32 address[4] = {};

	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6 &&
	    bpf_core_field_exists(sk->__sk_common.skc_v6_daddr))
		BPF_CORE_READ_INTO(&address, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr32);
	else
		address[3] = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	/* Fibonacci hashing's multiplier: the halves of an address shall not cancel out. */
	return ((__u64)address[0] << 32 | address[1]) * 11400714819323198485ULL ^
	       ((__u64)address[2] << 32 | address[3]);
}

/* What both directions tell alike; limit, overhead and moderate are their own. */
static __always_inline void buffer_submit(struct buffer_event *e, struct sock *sk,
					  __u32 buffer, __u32 window, __u32 rtt,
					  __u32 min_rtt)
{
	e->socket = (__u64)sk;
	e->peer = peer_of(sk);
	e->buffer = buffer;
	e->window = window;
	e->rtt_us = rtt;
	e->min_rtt_us = min_rtt;
	e->reserved = 0;
	bpftune_read_memory(sk, &e->allocated, e->mem);
	bpftune_submit(e);
}

/* What had come in on a socket when it was last looked at. */
struct receive_state {
	__u64 bytes; /* in order */
	__u64 time_us;
	__u32 seq; /* the last of all, in order or not */
	__u32 reserved;
};

/* By address: tracepoints without types know no socket storage. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct receive_state);
} bpftune_received SEC(".maps");

/* The end of the last segment that came in, whatever is missing before it. */
static __always_inline __u32 last_seq(struct tcp_sock *tp, __u32 next)
{
	struct sk_buff *last;
	struct tcp_skb_cb *cb;

	if (!BPF_CORE_READ(tp, out_of_order_queue.rb_node))
		return next;
	last = BPF_CORE_READ(tp, ooo_last_skb);
	cb = (void *)last + bpf_core_field_offset(last->cb);
	return BPF_CORE_READ(cb, end_seq);
}

/*
 * Payload bytes that came in over the path in a round trip of so many
 * microseconds; 0 when that cannot be told yet. Not what the program read: one
 * that stalls and then reads says how fast it reads. Nor what became readable:
 * behind a hole that is filled lies a window that had come in before.
 */
static __always_inline __u64 arrived(struct sock *sk, __u32 rtt)
{
	struct tcp_sock *tp = (void *)sk;
	__u64 key = (__u64)sk, bytes, elapsed, since;
	struct receive_state now = {}, *before;
	__u32 next = BPF_CORE_READ(tp, rcv_nxt), handled;

	now.bytes = BPF_CORE_READ(tp, bytes_received);
	now.time_us = BPF_CORE_READ(tp, tcp_mstamp);
	now.seq = last_seq(tp, next);
	before = bpf_map_lookup_elem(&bpftune_received, &key);
	/* Addresses are used again: who has received less is another socket. */
	if (before && now.bytes >= before->bytes && now.time_us >= before->time_us) {
		elapsed = now.time_us - before->time_us;
		if (elapsed < rtt)
			return 0;
		bytes = (__u32)(now.seq - before->seq);
		*before = now;
	} else {
		bpf_map_update_elem(&bpftune_received, &key, &now, BPF_ANY);
		/*
		 * One that is seen for the first time and young cannot wait for a
		 * second time: the raise would come a round trip late. In its
		 * first round trip all that the kernel measured came in; while
		 * slow start doubles, as good as all of its last.
		 */
		since = BPF_CORE_READ(tp, rcvq_space.time);
		handled = next - BPF_CORE_READ(tp, rcvq_space.seq);
		elapsed = now.time_us - since;
		if (now.time_us < since || elapsed < rtt)
			return 0;
		if (now.bytes > handled &&
		    (now.bytes > 2 * (__u64)handled || elapsed > 2 * (__u64)rtt))
			return 0;
		bytes = handled + (__u32)(now.seq - next);
	}
	return elapsed ? bytes * rtt / elapsed : 0;
}

static __always_inline int receive(struct sock *sk)
{
	struct tcp_sock *tp = (void *)sk;
	__u32 rtt = BPF_CORE_READ(tp, rcv_rtt_est.rtt_us) >> 3;
	struct buffer_event *e;
	__u32 buffer, limit, window, overhead, min_rtt;
	__u64 elapsed, wanted;
	struct net *net;

	/* The kernel measures once a round trip, and so does this. */
	if (!rtt)
		return 0;
	elapsed = BPF_CORE_READ(tp, tcp_mstamp) - BPF_CORE_READ(tp, rcvq_space.time);
	if (elapsed < rtt)
		return 0;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_RCVBUF_LOCK)
		return 0;
	window = without_queue(arrived(sk, rtt), rtt, min_rtt = min_rtt_of(tp));
	if (!window)
		return 0;
	net = bpftune_sock_net(sk);
	limit = BPF_CORE_READ(net, ipv4.sysctl_tcp_rmem[2]);
	buffer = BPF_CORE_READ(sk, sk_rcvbuf);
	overhead = receive_overhead(tp);
	wanted = ((__u64)receive_room * window * overhead) >> 8;
	e = buffer_reserve(net, buffer, wanted, limit, TCP_BUFFER_RECEIVE,
			   TCP_BUFFER_RECEIVE_FULL);
	if (!e)
		return 0;
	e->limit[0] = BPF_CORE_READ(net, ipv4.sysctl_tcp_rmem[0]);
	e->limit[1] = BPF_CORE_READ(net, ipv4.sysctl_tcp_rmem[1]);
	e->limit[2] = limit;
	e->overhead = overhead;
	e->moderate = BPF_CORE_READ(net, ipv4.sysctl_tcp_moderate_rcvbuf);
	buffer_submit(e, sk, buffer, window, rtt, min_rtt);
	return 0;
}

/* Fires when a buffer is about to grow (6.18 on). */
BPFTUNE_TRACEPOINT(rcvgrow, tcp_rcvbuf_grow, struct sock *, receive)

/* Fires at every read; once a round trip one of them does. */
BPFTUNE_TRACEPOINT(rcvspace, tcp_rcv_space_adjust, struct sock *, receive)

/* What the path delivers in a round trip; cwnd until a rate is known. */
static __always_inline __u32 send_window(struct tcp_sock *tp, __u32 rtt,
					 __u32 min_rtt)
{
	__u64 mss = BPF_CORE_READ(tp, mss_cache);
	__u64 window = mss * BPF_CORE_READ(tp, snd_cwnd);
	__u32 interval = BPF_CORE_READ(tp, rate_interval_us);
	__u64 delivered = mss * BPF_CORE_READ(tp, rate_delivered) * rtt;

	if (interval && delivered && delivered / interval < window)
		window = delivered / interval;
	return without_queue(window, rtt, min_rtt);
}

#define SEND_OVERHEAD 512

static __always_inline int send(struct sock *sk)
{
	struct tcp_sock *tp = (void *)sk;
	struct net *net = bpftune_sock_net(sk);
	__u32 limit = BPF_CORE_READ(net, ipv4.sysctl_tcp_wmem[2]);
	__u32 buffer = BPF_CORE_READ(sk, sk_sndbuf);
	struct buffer_event *e;
	__u32 rtt, min_rtt, window;

	if (!bpftune_near(buffer, limit))
		return 0;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_SNDBUF_LOCK)
		return 0;
	rtt = BPF_CORE_READ(tp, srtt_us) >> 3;
	min_rtt = min_rtt_of(tp);
	window = send_window(tp, rtt, min_rtt);
	e = buffer_reserve(net, buffer,
			   ((__u64)send_room * window * SEND_OVERHEAD) >> 8,
			   limit, TCP_BUFFER_SEND, TCP_BUFFER_SEND_FULL);
	if (!e)
		return 0;
	e->limit[0] = BPF_CORE_READ(net, ipv4.sysctl_tcp_wmem[0]);
	e->limit[1] = BPF_CORE_READ(net, ipv4.sysctl_tcp_wmem[1]);
	e->limit[2] = limit;
	e->overhead = SEND_OVERHEAD;
	e->moderate = 1;
	buffer_submit(e, sk, buffer, window, rtt, min_rtt);
	return 0;
}

BPFTUNE_FUNCTION(sndexp, tcp_sndbuf_expand, struct sock *, send)

/* Has the kernel call back once a round trip, beside what other programs asked for. */
static __always_inline void want_rtt(struct bpf_sock_ops *ctx)
{
	bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags |
					       BPF_SOCK_OPS_RTT_CB_FLAG);
}

static __always_inline struct sock *ops_sock(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk ? (struct sock *)bpf_skc_to_tcp_sock(sk) : NULL;
}

SEC("sockops")
int bpftune_snd_so(struct bpf_sock_ops *ctx)
{
	struct sock *sk;

	switch (ctx->op) {
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		want_rtt(ctx);
		break;
	case BPF_SOCK_OPS_RTT_CB:
		sk = ops_sock(ctx);
		if (sk)
			send(sk);
		break;
	}
	return 1;
}

static __always_inline int report_memory(struct sock *sk, bool always)
{
	struct memory_event *e;
	__s64 allocated, mem[3];

	bpftune_read_memory(sk, &allocated, mem);
	if (!always && !bpftune_near(allocated, mem[1]))
		return 0;
	e = bpftune_reserve(struct memory_event, bpftune_sock_net(sk),
			    TCP_BUFFER_MEMORY, MEMORY_INTERVAL);
	if (!e)
		return 0;
	e->allocated = allocated;
	e->mem[0] = mem[0];
	e->mem[1] = mem[1];
	e->mem[2] = mem[2];
	bpftune_submit(e);
	return 0;
}

static __always_inline int memory_pressure(struct sock *sk)
{
	return report_memory(sk, true);
}

BPFTUNE_FUNCTION(mempres, tcp_enter_memory_pressure, struct sock *, memory_pressure)

SEC("sockops")
int bpftune_mem_so(struct bpf_sock_ops *ctx)
{
	struct sock *sk;

	switch (ctx->op) {
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		want_rtt(ctx);
		break;
	case BPF_SOCK_OPS_RTT_CB:
		break;
	default:
		return 1;
	}
	sk = ops_sock(ctx);
	if (sk)
		report_memory(sk, false);
	return 1;
}

/* Memory above a mark for a buffer of any protocol: only TCP's is ours. */
static __always_inline int memory_exceeded(struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP ?
		       report_memory(sk, true) : 0;
}

BPFTUNE_TRACEPOINT(memexc, sock_exceed_buf_limit, struct sock *, memory_exceeded)

static __always_inline int report_syn(struct net *net, __u32 reason)
{
	struct syn_event *e = bpftune_reserve(struct syn_event, net,
					      TCP_BUFFER_SYN, SYN_INTERVAL);

	if (!e)
		return 0;
	e->reason = reason;
	e->reserved = 0;
	bpftune_submit(e);
	return 0;
}

static __always_inline int syn_flood(struct sock *sk)
{
	return report_syn(bpftune_sock_net(sk), SYN_FLOOD);
}

BPFTUNE_FUNCTION(synflood, tcp_syn_flood_action, struct sock *, syn_flood)

/* Half-open connections pile up: their SYN+ACKs are sent again. */
static __always_inline int syn_wait(struct sock *sk)
{
	return report_syn(bpftune_sock_net(sk), SYN_WAIT);
}

BPFTUNE_TRACEPOINT(synack, tcp_retransmit_synack, struct sock *, syn_wait)

SEC("sockops")
int bpftune_syn_so(struct bpf_sock_ops *ctx)
{
	__u32 reason = 0;
	struct sock *sk;

	if (ctx->op == BPF_SOCK_OPS_TCP_LISTEN_CB)
		reason = SYN_LISTEN;
	else if (ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		reason = SYN_ACCEPT;
	if (!reason)
		return 1;
	sk = ops_sock(ctx);
	if (sk)
		report_syn(bpftune_sock_net(sk), reason);
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
