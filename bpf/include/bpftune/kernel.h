/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel structures that the programs read, cut down to the members
 * used. preserve_access_index makes every access a CO-RE relocation, so the
 * order and the missing members do not matter; a member that some kernels lack
 * is asked for with bpf_core_field_exists() before it is read.
 *
 * There is no vmlinux.h on purpose: it would tie the build to one kernel.
 */
#ifndef BPFTUNE_KERNEL_H
#define BPFTUNE_KERNEL_H

#include <stdbool.h>
#include <linux/bpf.h>

/* Makes bpf_tracing.h use the kernel's register names, declared below. */
#define __VMLINUX_H__ 1

#pragma clang attribute push(__attribute__((preserve_access_index)),           \
			     apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bp, bx, r8, ax, cx, dx, si, di, ip, sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__u64 pstate;
};
struct pt_regs {
	struct user_pt_regs user_regs;
	__u64 orig_x0;
};
#else
#error "define __TARGET_ARCH_x86 or __TARGET_ARCH_arm64"
#endif

typedef struct {
	long counter;
} atomic_long_t;

struct ns_common {
	unsigned int inum;
};

struct netns_ipv4 {
	__u8 sysctl_tcp_moderate_rcvbuf;
	int sysctl_tcp_wmem[3];
	int sysctl_tcp_rmem[3];
};

struct net {
	struct ns_common ns;
	__u64 net_cookie; /* since 5.12; an atomic before */
	struct netns_ipv4 ipv4;
};

struct nsproxy {
	struct net *net_ns;
};

struct task_struct {
	int tgid;
	char comm[16];
	struct nsproxy *nsproxy;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct proto {
	atomic_long_t *memory_allocated;
	unsigned long *memory_pressure;
	long *sysctl_mem;
};

struct sock_common {
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct proto *skc_prot;
	possible_net_t skc_net;
};

struct sock {
	struct sock_common __sk_common;
	int sk_rcvbuf;
	int sk_sndbuf;
	__u8 sk_userlocks : 4;
	__u16 sk_protocol;
};

struct minmax_sample {
	__u32 t;
	__u32 v;
};

struct minmax {
	struct minmax_sample s[3];
};

struct tcp_sock {
	__u32 copied_seq;
	__u32 srtt_us; /* smoothed round trip, microseconds << 3 */
	struct minmax rtt_min; /* microseconds, over tcp_min_rtt_wlen seconds */
	__u32 snd_cwnd;
	__u32 mss_cache;
	__u32 rate_delivered;	/* packets in the last good rate sample, */
	__u32 rate_interval_us; /* and how long they took */
	__u8 scaling_ratio; /* since 6.6: payload share of skb->truesize, of 256 */
	struct {
		__u32 rtt_us; /* receiver's estimate, microseconds << 3 */
	} rcv_rtt_est;
	__u64 tcp_mstamp; /* microseconds, of the last packet */
	struct {
		__u32 seq;  /* copied_seq when the measurement began, */
		__u64 time; /* and tcp_mstamp then */
	} rcvq_space;
};

#pragma clang attribute pop

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/* include/uapi/linux/in.h */
#define IPPROTO_TCP 6

/* include/net/sock.h */
#define SOCK_SNDBUF_LOCK 1
#define SOCK_RCVBUF_LOCK 2

#endif
