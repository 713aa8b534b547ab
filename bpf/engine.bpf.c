// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine itself watches: who writes which sysctl, and which network
 * namespaces come to life. Without these no tuner would be safe.
 */
#include "bpftune/events.h"

enum engine_event {
	ENGINE_SYSCTL_WRITE = 1,
	ENGINE_NAMESPACE = 2,
};
BPFTUNE_EXPORT(enum, engine_event);

#define NAME_LENGTH 64
#define VALUE_LENGTH 64

struct sysctl_event {
	struct bpftune_event header;
	__u32 pid;
	char comm[16];
	char name[NAME_LENGTH];	      /* net/ipv4/tcp_rmem */
	char old_value[VALUE_LENGTH]; /* as the kernel prints it */
	char new_value[VALUE_LENGTH];
};
BPFTUNE_EXPORT(struct, sysctl_event);

struct namespace_event {
	struct bpftune_event header;
};
BPFTUNE_EXPORT(struct, namespace_event);

/* The daemon's own process number in the first pid namespace. */
__u32 bpftune_self_tgid = 0;

/*
 * Run once by the daemon on itself: in a container its own getpid() is not what
 * the other programs see.
 */
SEC("raw_tp")
int bpftune_self(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	bpftune_self_tgid = BPF_CORE_READ(task, tgid);
	return 0;
}

SEC("cgroup/sysctl")
int bpftune_sysctl(struct bpf_sysctl *ctx)
{
	struct task_struct *task;
	struct sysctl_event *e;
	struct net *net;
	__u32 tgid;

	if (!ctx->write)
		return 1;
	task = (void *)bpf_get_current_task();
	tgid = BPF_CORE_READ(task, tgid);
	if (tgid == bpftune_self_tgid)
		return 1;

	/* Never rate-limited: each write of a person counts. */
	e = bpf_ringbuf_reserve(&bpftune_ring, sizeof(*e), 0);
	if (!e) {
		bpftune_count_lost();
		return 1;
	}
	net = BPF_CORE_READ(task, nsproxy, net_ns);
	bpftune_header(&e->header, net, ENGINE_SYSCTL_WRITE, 0);
	e->pid = tgid;
	BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
	e->name[0] = e->old_value[0] = e->new_value[0] = 0;
	bpf_sysctl_get_name(ctx, e->name, sizeof(e->name), 0);
	bpf_sysctl_get_current_value(ctx, e->old_value, sizeof(e->old_value));
	bpf_sysctl_get_new_value(ctx, e->new_value, sizeof(e->new_value));
	/* Only the network's tunables concern us. */
	if (e->name[0] != 'n' || e->name[1] != 'e' || e->name[2] != 't')
		bpf_ringbuf_discard(e, 0);
	else
		bpftune_submit(e);
	return 1;
}

/*
 * A namespace's first socket, made by a process that lives in it. Later sockets
 * are held back by the rate limit; the daemon mutes a namespace it knows.
 */
SEC("cgroup/sock_create")
int bpftune_netns(struct bpf_sock *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);
	struct namespace_event *e;

	/* A tenant's entries are few, and this one is soon of no more use. */
	e = bpftune_reserve(struct namespace_event, net, ENGINE_NAMESPACE,
			    (bpftune_owner(net) ? 5 : 60) * BPFTUNE_SECOND);
	if (e)
		bpftune_submit(e);
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
