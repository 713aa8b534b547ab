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
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

struct list_head {
	struct list_head *next;
};

struct ns_common {
	unsigned int inum;
};

typedef struct {
	__u32 val;
} kuid_t;

struct user_namespace {
	struct user_namespace *parent;
	int level; /* 0: the first one */
	kuid_t owner;
	struct ns_common ns;
};

struct ctl_table_root;
struct ctl_table_set;

/* A registered table of sysctls; sets and roots tell whose it is. */
struct ctl_table_header {
	struct ctl_table_root *root;
	struct ctl_table_set *set;
};

struct ctl_dir {
	struct ctl_table_header header;
};

struct ctl_table_set {
	struct ctl_dir dir;
};

/* What a cgroup/sysctl program's context really is (linux/filter.h). */
struct bpf_sysctl_kern {
	struct ctl_table_header *head;
};

struct fqdir {
	long high_thresh;  /* bytes */
	atomic_long_t mem; /* bytes */
};

struct netns_ipv4 {
	struct fqdir *fqdir; /* fragments waiting for reassembly */
	__u8 sysctl_tcp_moderate_rcvbuf;
	int sysctl_tcp_wmem[3];
	int sysctl_tcp_rmem[3];
};

struct percpu_counter {
	__s64 count; /* without what the processors have not yet handed in */
};

struct dst_ops {
	struct percpu_counter pcpuc_entries;
};

struct netns_sysctl_ipv6 {
	int ip6_rt_max_size;
};

struct netns_ipv6 {
	struct fqdir *fqdir;
	struct dst_ops ip6_dst_ops;
	struct netns_sysctl_ipv6 sysctl;
};

struct net {
	struct ns_common ns;
	__u64 net_cookie; /* since 5.12; an atomic before */
	struct user_namespace *user_ns;
	struct ctl_table_set sysctls; /* of this namespace; all of one root */
	struct netns_ipv4 ipv4;
	struct netns_ipv6 ipv6; /* absent where IPv6 is not built */
};

struct nsproxy {
	struct net *net_ns;
};

struct task_struct {
	int tgid;
	char comm[16];
	struct task_struct *group_leader;
	struct nsproxy *nsproxy;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in_ifaddr {
	struct in_ifaddr *ifa_next;
	unsigned char ifa_prefixlen;
};

struct in_device {
	struct in_ifaddr *ifa_list;
};

struct inet6_ifaddr {
	__u32 prefix_len;
	__u16 scope;
	struct list_head if_list;
};

struct inet6_dev {
	struct list_head addr_list; /* of inet6_ifaddr.if_list */
};

struct net_device {
	int ifindex;
	struct in_device *ip_ptr;
	struct inet6_dev *ip6_ptr;
	possible_net_t nd_net;
};

struct sk_buff {
	struct net_device *dev;
	char cb[48]; /* struct tcp_skb_cb of those that TCP has */
	unsigned char *head;
	__u16 network_header; /* offset from head */
	__u16 protocol;	      /* big endian */
};

struct tcp_skb_cb {
	__u32 end_seq;
};

struct rb_node;

struct rb_root {
	struct rb_node *rb_node;
};

struct napi_struct {
	struct net_device *dev; /* none for a CPU's backlog */
};

enum skb_drop_reason {
	SKB_DROP_REASON_CPU_BACKLOG = 1, /* the number is the running kernel's */
};

struct neigh_table {
	int family;
	int gc_thresh3;
	atomic_t gc_entries; /* without those that are exempt: permanent, learned */
};

struct neighbour {
	struct neigh_table *tbl;
	struct net_device *dev;
};

struct proto {
	atomic_long_t *memory_allocated;
	unsigned long *memory_pressure;
	long *sysctl_mem;
};

struct in6_addr {
	union {
		__u32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	__u32 skc_daddr; /* big endian; of IPv4 in IPv6 too */
	struct in6_addr skc_v6_daddr; /* absent where IPv6 is not built */
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct proto *skc_prot;
	possible_net_t skc_net;
};

struct dst_entry {
	unsigned long _metrics; /* an array of __u32; the low bits are flags */
};

struct sock {
	struct sock_common __sk_common;
	struct dst_entry *sk_dst_cache;
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

struct tcp_congestion_ops {
	char name[16];
};

struct inet_connection_sock {
	const struct tcp_congestion_ops *icsk_ca_ops;
	__u8 icsk_ca_setsockopt : 1;
	__u8 icsk_ca_dst_locked : 1;
};

struct tcp_sock {
	__u32 copied_seq;
	__u32 snd_una; /* first byte that is not acknowledged */
	__u32 snd_nxt; /* next byte to be sent */
	__u32 srtt_us; /* smoothed round trip, microseconds << 3 */
	struct minmax rtt_min; /* microseconds, over tcp_min_rtt_wlen seconds */
	__u32 snd_cwnd;
	__u32 mss_cache;
	__u32 rate_delivered;	/* packets in the last good rate sample, */
	__u32 rate_interval_us; /* and how long they took */
	__u8 rate_app_limited : 1; /* the program had nothing to send meanwhile */
	struct {
		__u32 rtt_us; /* of the segment that was delivered last */
	} rack;
	__u8 scaling_ratio; /* since 6.6: payload share of skb->truesize, of 256 */
	struct {
		__u32 rtt_us; /* receiver's estimate, microseconds << 3 */
	} rcv_rtt_est;
	__u64 tcp_mstamp; /* microseconds, of the last packet */
	__u64 bytes_received; /* in order */
	__u32 rcv_nxt;	      /* end of what was received in order */
	struct rb_root out_of_order_queue;
	struct sk_buff *ooo_last_skb; /* the last in that, if there is any */
	__u64 bytes_acked;
	__u32 data_segs_out;
	__u32 total_retrans;
	__u8 ecn_flags;
	__u32 chrono_start;	/* jiffies */
	__u32 chrono_stat[3];	/* jiffies: busy, limited by receiver, by buffer */
	__u8 chrono_type : 2;	/* which of them runs, counted from 1 */
	struct {
		__u32 seq;  /* copied_seq when the measurement began, */
		__u64 time; /* and tcp_mstamp then */
	} rcvq_space;
};

#pragma clang attribute pop

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/* include/linux/socket.h */
#define AF_INET 2
#define AF_INET6 10

/* include/uapi/asm-generic/errno-base.h, errno.h */
#define ENOMEM 12
#define ENOBUFS 105

/* include/uapi/linux/in.h */
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_UDPLITE 136

/* include/net/sock.h */
#define SOCK_SNDBUF_LOCK 1
#define SOCK_RCVBUF_LOCK 2

#endif
