// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches how packets come in: dropped because a CPU's backlog is full, and
 * polls that leave packets behind. How many there were is counted by the kernel
 * itself (/proc/net/softnet_stat): an event only says that it is worth a look.
 */
#include "bpftune/events.h"
#include "bpftune/hooks.h"

enum net_buffer_event {
	NET_BUFFER_BACKLOG = 1,
	NET_BUFFER_POLL = 2,
};
BPFTUNE_EXPORT(enum, net_buffer_event);

#define BACKLOG_INTERVAL (250 * BPFTUNE_MS)
#define POLL_INTERVAL BPFTUNE_SECOND

/* include/linux/netdevice.h */
#define NET_RX_DROP 1

struct net_event {
	struct bpftune_event header;
};
BPFTUNE_EXPORT(struct, net_event);

/* Where the device is not known, whoever runs on this CPU: that may be anybody. */
static __always_inline struct net *net_of(struct net_device *dev)
{
	struct task_struct *task;

	if (dev)
		return BPF_CORE_READ(dev, nd_net.net);
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, nsproxy, net_ns);
}

static __always_inline int report(struct net_device *dev, __u16 kind, __u64 interval)
{
	struct net *net = net_of(dev);
	struct net_event *e;

	if (!net)
		return 0;
	e = bpftune_reserve_machine(struct net_event, net, kind, interval);
	if (!e)
		return 0;
	if (!dev)
		bpftune_unattributed(&e->header);
	bpftune_submit(e);
	return 0;
}

static __always_inline int backlog_drop(struct sk_buff *skb)
{
	return report(BPF_CORE_READ(skb, dev), NET_BUFFER_BACKLOG, BACKLOG_INTERVAL);
}

/*
 * (struct sk_buff *skb, void *location, enum skb_drop_reason reason, ...). Not
 * asked first whether there is such a reason: where there is none (before 5.17)
 * the program must fail to load, for another mechanism to take its place.
 */
static __always_inline int dropped(const __u64 *args)
{
	if ((__u32)args[2] !=
	    bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_CPU_BACKLOG))
		return 0;
	return backlog_drop((void *)args[0]);
}

BPFTUNE_TRACEPOINT_ARGS(backlog, kfree_skb, dropped)

/* (struct sk_buff *skb, int cpu, unsigned int *qtail) */
SEC("fexit/enqueue_to_backlog")
int bpftune_enqueue_fx(__u64 *ctx)
{
	return (int)ctx[3] == NET_RX_DROP ?
		       report(NULL, NET_BUFFER_BACKLOG, BACKLOG_INTERVAL) : 0;
}

/* By now the packet is freed: only what was returned is left. */
SEC("kretprobe/enqueue_to_backlog")
int bpftune_enqueue_kr(struct pt_regs *ctx)
{
	return (int)PT_REGS_RC(ctx) == NET_RX_DROP ?
		       report(NULL, NET_BUFFER_BACKLOG, BACKLOG_INTERVAL) : 0;
}

/* Any dropped packet: the counters tell whether a backlog was the reason. */
SEC("raw_tp/kfree_skb")
int bpftune_anydrop_rt(struct bpf_raw_tracepoint_args *ctx)
{
	return backlog_drop((void *)ctx->args[0]);
}

/* (struct napi_struct *napi, int work, int budget): all of the budget was used. */
static __always_inline int polled(const __u64 *args)
{
	struct napi_struct *napi = (void *)args[0];
	int work = args[1], budget = args[2];

	if (work < budget || work <= 0)
		return 0;
	return report(BPF_CORE_READ(napi, dev), NET_BUFFER_POLL, POLL_INTERVAL);
}

BPFTUNE_TRACEPOINT_ARGS(poll, napi_poll, polled)

char LICENSE[] SEC("license") = "GPL";
