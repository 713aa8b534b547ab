// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches TCP's memory: receive and send buffers about to hit the maximum of
 * their namespace, TCP's own memory limit, and SYN queues that overflow. Only
 * facts leave this file; what follows from them is decided by the daemon.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"

enum tcp_buffer_event {
	TCP_BUFFER_RECEIVE = 1,
	TCP_BUFFER_SEND = 2,
	TCP_BUFFER_MEMORY = 3,
	TCP_BUFFER_SYN = 4,
};
BPFTUNE_EXPORT(enum, tcp_buffer_event);

/* A round trip of a close peer: no raise can take effect sooner. */
#define BUFFER_INTERVAL (20 * BPFTUNE_MS)
#define MEMORY_INTERVAL (250 * BPFTUNE_MS)
#define SYN_INTERVAL BPFTUNE_SECOND

/* A socket whose buffer is near the maximum. */
struct buffer_event {
	struct bpftune_event header;
	__u64 socket;	 /* tells sockets apart; not a stable name */
	__u32 buffer;	 /* sk_rcvbuf or sk_sndbuf, bytes of truesize */
	__u32 window;	 /* payload bytes on the way in one round trip */
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

static __always_inline void read_memory(struct sock *sk, __s64 *allocated,
					__s64 mem[3])
{
	struct proto *prot = BPF_CORE_READ(sk, __sk_common.skc_prot);
	long *marks = BPF_CORE_READ(prot, sysctl_mem);
	long value[3] = {};

	*allocated = BPF_CORE_READ(prot, memory_allocated, counter);
	bpf_probe_read_kernel(value, sizeof(value), marks);
	mem[0] = value[0];
	mem[1] = value[1];
	mem[2] = value[2];
}

/* include/net/tcp.h, tcp_space_from_win(): per socket since 6.6, double before. */
static __always_inline __u32 receive_overhead(struct tcp_sock *tp)
{
	__u8 ratio = 0;

	if (bpf_core_field_exists(tp->scaling_ratio))
		ratio = BPF_CORE_READ(tp, scaling_ratio);
	return ratio ? 65536 / ratio : 512;
}

static __always_inline int receive(struct sock *sk)
{
	struct tcp_sock *tp = (void *)sk;
	struct net *net = bpftune_sock_net(sk);
	__u32 limit = BPF_CORE_READ(net, ipv4.sysctl_tcp_rmem[2]);
	__u32 buffer = BPF_CORE_READ(sk, sk_rcvbuf);
	__u32 space = BPF_CORE_READ(tp, rcvq_space.space);
	__u32 copied = BPF_CORE_READ(tp, copied_seq) -
		       BPF_CORE_READ(tp, rcvq_space.seq);
	__u32 overhead = receive_overhead(tp);
	struct buffer_event *e;
	__u64 wanted;

	/*
	 * The kernel is about to make room for twice what came in the last
	 * round trip: what it wants counts, not only what it has. By the time
	 * the buffer itself stands at the limit, the transfer has slowed.
	 */
	if (copied > space)
		space = copied;
	wanted = (2ULL * space * overhead) >> 8;
	if (!bpftune_near(buffer, limit) && !bpftune_near(wanted, limit))
		return 0;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_RCVBUF_LOCK)
		return 0;

	e = bpftune_reserve(struct buffer_event, net, TCP_BUFFER_RECEIVE,
			    BUFFER_INTERVAL);
	if (!e)
		return 0;
	e->socket = (__u64)sk;
	e->buffer = buffer;
	e->window = space;
	e->limit[0] = BPF_CORE_READ(net, ipv4.sysctl_tcp_rmem[0]);
	e->limit[1] = BPF_CORE_READ(net, ipv4.sysctl_tcp_rmem[1]);
	e->limit[2] = limit;
	e->overhead = overhead;
	e->rtt_us = BPF_CORE_READ(tp, rcv_rtt_est.rtt_us) >> 3;
	e->min_rtt_us = BPF_CORE_READ(tp, rtt_min.s[0].v);
	e->moderate = BPF_CORE_READ(net, ipv4.sysctl_tcp_moderate_rcvbuf);
	e->reserved = 0;
	read_memory(sk, &e->allocated, e->mem);
	bpftune_submit(e);
	return 0;
}

/* Fires when a buffer is about to grow (6.18 on). */
BPFTUNE_TRACEPOINT(rcvgrow, tcp_rcvbuf_grow, struct sock *, receive)

/* Fires at every read: one in eight is enough. Losing counts to a race is fine. */
static __u32 reads;

static __always_inline int receive_sampled(struct sock *sk)
{
	return reads++ & 7 ? 0 : receive(sk);
}

BPFTUNE_TRACEPOINT(rcvspace, tcp_rcv_space_adjust, struct sock *, receive_sampled)

static __always_inline int send(struct sock *sk)
{
	struct tcp_sock *tp = (void *)sk;
	struct net *net = bpftune_sock_net(sk);
	__u32 limit = BPF_CORE_READ(net, ipv4.sysctl_tcp_wmem[2]);
	__u32 buffer = BPF_CORE_READ(sk, sk_sndbuf);
	struct buffer_event *e;
	__u32 rtt, cwnd, mss, delivered, interval;
	__u64 window;

	if (!bpftune_near(buffer, limit))
		return 0;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_SNDBUF_LOCK)
		return 0;

	e = bpftune_reserve(struct buffer_event, net, TCP_BUFFER_SEND,
			    BUFFER_INTERVAL);
	if (!e)
		return 0;
	cwnd = BPF_CORE_READ(tp, snd_cwnd);
	mss = BPF_CORE_READ(tp, mss_cache);
	rtt = BPF_CORE_READ(tp, srtt_us) >> 3;
	delivered = BPF_CORE_READ(tp, rate_delivered);
	interval = BPF_CORE_READ(tp, rate_interval_us);
	/* What the path delivers in a round trip; cwnd until a rate is known. */
	window = (__u64)cwnd * mss;
	if (interval && rtt) {
		__u64 rate = (__u64)delivered * mss * rtt / interval;

		if (rate < window)
			window = rate;
	}
	e->socket = (__u64)sk;
	e->buffer = buffer;
	e->window = window > 0xffffffff ? 0xffffffff : window;
	e->limit[0] = BPF_CORE_READ(net, ipv4.sysctl_tcp_wmem[0]);
	e->limit[1] = BPF_CORE_READ(net, ipv4.sysctl_tcp_wmem[1]);
	e->limit[2] = limit;
	e->overhead = 512;
	e->rtt_us = rtt;
	e->min_rtt_us = BPF_CORE_READ(tp, rtt_min.s[0].v);
	e->moderate = 1;
	e->reserved = 0;
	read_memory(sk, &e->allocated, e->mem);
	bpftune_submit(e);
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

	read_memory(sk, &allocated, mem);
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
