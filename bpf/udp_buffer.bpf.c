// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches datagrams that UDP drops at a socket: its receive buffer is full, or
 * UDP as a whole may take no more memory. Nothing runs while nothing is dropped.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"
#include "bpftune/memory.h"

enum udp_buffer_event {
	UDP_BUFFER_FULL = 1,   /* a buffer of the default size */
	UDP_BUFFER_LOCKED = 2, /* one whose size the program set (SO_RCVBUF) */
	UDP_BUFFER_MEMORY = 3, /* UDP's memory near its marks or beyond them */
};
BPFTUNE_EXPORT(enum, udp_buffer_event);

#define BUFFER_INTERVAL (100 * BPFTUNE_MS)
#define MEMORY_INTERVAL (250 * BPFTUNE_MS)

/* A datagram found no room in a socket's receive buffer. */
struct udp_buffer_full {
	struct bpftune_event header;
	__u32 buffer; /* sk_rcvbuf, bytes of truesize */
	__u32 reserved;
	__s64 allocated; /* UDP's memory, pages */
	__s64 mem[3];	 /* udp_mem, pages */
};
BPFTUNE_EXPORT(struct, udp_buffer_full);

struct udp_memory {
	struct bpftune_event header;
	__s64 allocated; /* pages */
	__s64 mem[3];	 /* pages */
};
BPFTUNE_EXPORT(struct, udp_memory);

/* allocated: pages, what was asked for included; 0 to read what is held now. */
static __always_inline int report_memory(struct sock *sk, __s64 allocated)
{
	struct udp_memory *e;

	e = bpftune_reserve_machine(struct udp_memory, bpftune_sock_net(sk),
				    UDP_BUFFER_MEMORY, MEMORY_INTERVAL);
	if (!e)
		return 0;
	bpftune_read_memory(sk, &e->allocated, e->mem);
	if (allocated)
		e->allocated = allocated;
	bpftune_submit(e);
	return 0;
}

static __always_inline int report_full(struct sock *sk)
{
	__u8 locks = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks);
	struct udp_buffer_full *e;

	e = bpftune_reserve_machine(struct udp_buffer_full, bpftune_sock_net(sk),
				    locks & SOCK_RCVBUF_LOCK ? UDP_BUFFER_LOCKED :
							       UDP_BUFFER_FULL,
				    BUFFER_INTERVAL);
	if (!e)
		return 0;
	e->buffer = BPF_CORE_READ(sk, sk_rcvbuf);
	e->reserved = 0;
	bpftune_read_memory(sk, &e->allocated, e->mem);
	bpftune_submit(e);
	return 0;
}

/* (int rc, struct sock *sk, ...): before 6.10 for IPv4's sockets only. */
static __always_inline int dropped(const __u64 *args)
{
	int error = args[0];
	struct sock *sk = (void *)args[1];

	if (error == -ENOMEM)
		return report_full(sk);
	if (error == -ENOBUFS)
		return report_memory(sk, 0);
	return 0;
}

BPFTUNE_TRACEPOINT_ARGS(udpdrop, udp_fail_queue_rcv_skb, dropped)

/*
 * (struct sock *sk, struct proto *prot, long allocated, int kind): a protocol's
 * memory is beyond a mark. Any protocol's: only UDP's is ours.
 */
static __always_inline int memory_exceeded(const __u64 *args)
{
	struct sock *sk = (void *)args[0];
	__u16 protocol = BPF_CORE_READ(sk, sk_protocol);

	return protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ?
		       report_memory(sk, args[2]) : 0;
}

BPFTUNE_TRACEPOINT_ARGS(udpmem, sock_exceed_buf_limit, memory_exceeded)

char LICENSE[] SEC("license") = "GPL";
