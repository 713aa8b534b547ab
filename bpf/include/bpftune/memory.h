/* SPDX-License-Identifier: GPL-2.0-only */
/* A protocol's memory as a whole: what all its sockets hold, and its marks. */
#ifndef BPFTUNE_MEMORY_H
#define BPFTUNE_MEMORY_H

#include "kernel.h"

/* Pages held, and the three marks (tcp_mem, udp_mem) in pages. */
static __always_inline void bpftune_read_memory(struct sock *sk, __s64 *allocated,
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

#endif
