// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of which some cannot work: their targets do not exist in any kernel,
 * or the verifier must reject them.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"

__u64 fallback_runs = 0;

static __always_inline int body(void *arg)
{
	__sync_fetch_and_add(&fallback_runs, 1);
	return 0;
}

BPFTUNE_TRACEPOINT(missing, bpftune_no_such_tracepoint, void *, body)
BPFTUNE_FUNCTION(missing, bpftune_no_such_function, void *, body)
BPFTUNE_TRACEPOINT(present, tcp_destroy_sock, void *, body)

SEC("sockops")
int bpftune_last_so(struct bpf_sock_ops *ctx)
{
	return body(ctx) + 1;
}

/* No verifier lets a program follow a number as a pointer. */
SEC("raw_tp/tcp_destroy_sock")
int bpftune_rejected_rt(struct bpf_raw_tracepoint_args *ctx)
{
	return *(volatile int *)ctx->args[0];
}

/* Uses the engine's maps, so that one can see whose they are. */
SEC("raw_tp/inet_sock_set_state")
int bpftune_event_rt(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpftune_event *e = bpf_ringbuf_reserve(&bpftune_ring, sizeof(*e), 0);
	struct net *net;
	__u32 suppressed;

	if (!e) {
		bpftune_count_lost();
		return 0;
	}
	net = bpftune_sock_net((void *)ctx->args[0]);
	bpftune_header(e, net, 7, 0);
	bpftune_admit(net, 7, 0, false, &suppressed);
	bpftune_submit(e);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
