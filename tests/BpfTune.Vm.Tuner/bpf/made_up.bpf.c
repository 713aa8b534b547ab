// SPDX-License-Identifier: GPL-2.0-only
/* Two programs for one hook; no kernel has what the first one wants to trace. */
#include "bpftune/events.h"
#include "bpftune/hooks.h"

enum made_up_event {
	MADE_UP_SEEN = 1,
};
BPFTUNE_EXPORT(enum, made_up_event);

struct made_up {
	struct bpftune_event header;
};
BPFTUNE_EXPORT(struct, made_up);

static __always_inline int seen(struct sock *sk)
{
	struct made_up *e = bpftune_reserve(struct made_up, bpftune_sock_net(sk),
					    MADE_UP_SEEN, BPFTUNE_SECOND);

	if (e)
		bpftune_submit(e);
	return 0;
}

SEC("fentry/tcp_function_that_nobody_wrote")
int bpftune_made_up_fe(__u64 *ctx)
{
	return seen((struct sock *)ctx[0]);
}

SEC("kprobe/tcp_init_sock")
int bpftune_made_up_kp(struct pt_regs *ctx)
{
	return seen((struct sock *)PT_REGS_PARM1(ctx));
}

char LICENSE[] SEC("license") = "GPL";
