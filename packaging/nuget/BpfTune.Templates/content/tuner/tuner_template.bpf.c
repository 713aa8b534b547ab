// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches listening sockets: how long a queue of connections each may have,
 * which is what listen(2) was given, cut down to net.core.somaxconn. It reports
 * what it sees; what to make of it, C# decides.
 */
#include <bpftune/events.h>
#include <bpftune/hooks.h>

enum tuner_template_event {
	TUNER_TEMPLATE_LISTEN = 1,
};
BPFTUNE_EXPORT(enum, tuner_template_event);

/* At most one event from each network namespace in this time. */
#define LISTEN_INTERVAL (100 * BPFTUNE_MS)

struct listen_event {
	struct bpftune_event header;
	__u32 backlog;
};
BPFTUNE_EXPORT(struct, listen_event);

/*
 * Members that <bpftune/kernel.h> lacks go into a structure of the same name
 * with three underscores and a word of one's own: where they lie is looked up
 * when the program is loaded, for the running kernel.
 */
struct sock___listener {
	__u32 sk_max_ack_backlog;
} __attribute__((preserve_access_index));

#define STATE_LISTEN 10 /* TCP_LISTEN */

/* sk, old state, new state */
static __always_inline int state_changed(__u64 *args)
{
	struct sock___listener *listener = (void *)args[0];
	struct listen_event *e;

	if ((int)args[2] != STATE_LISTEN)
		return 0;
	e = bpftune_reserve(struct listen_event, bpftune_sock_net((void *)args[0]),
			    TUNER_TEMPLATE_LISTEN, LISTEN_INTERVAL);
	if (!e)
		return 0;
	e->backlog = BPF_CORE_READ(listener, sk_max_ack_backlog);
	bpftune_submit(e);
	return 0;
}

/* Two programs, one for each way to hook a tracepoint: bpftune_listen_tb and _rt. */
BPFTUNE_TRACEPOINT_ARGS(listen, inet_sock_set_state, state_changed)

char LICENSE[] SEC("license") = "GPL";
