// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine itself watches: who writes which sysctl, and which network
 * namespaces come to life. Without these no tuner would be safe.
 */
#include "bpftune/events.h"

enum engine_event {
	ENGINE_NAMESPACE = 2,
};
BPFTUNE_EXPORT(enum, engine_event);

#define NAME_LENGTH 64
#define VALUE_LENGTH 64

/* Whose sysctl was written, and which: the number that bpftune_names gives it. */
struct write_key {
	__u64 netns_cookie; /* 0: this kernel has none */
	__u32 netns_inode;  /* 0: the table is of no namespace, or whose is unknown */
	__u32 name;
};

/*
 * All writes of one sysctl since the daemon looked: however many there are, they
 * take one entry. The texts are those of the first and of the last write.
 */
struct write_entry {
	__u64 time_ns; /* of the last write; CLOCK_MONOTONIC */
	__u32 count;   /* writes, without those of other tuners */
	__u32 mixed;   /* not all of them wrote the same text */
	__u32 pid;     /* the last writer's: thread group, first pid namespace */
	__u32 tuner;   /* another tuner wrote too: its pid */
	char comm[16]; /* of the last writer's thread group leader */
	char old_value[VALUE_LENGTH]; /* before the first, as the kernel prints it */
	char new_value[VALUE_LENGTH];
};

/* Rings once for each entry that is made; the daemon finds the rest in there. */
struct write_event {
	struct write_key key;
	__u32 tenant; /* which of the two maps */
	__u32 pid;    /* a process that may be in the namespace */
};
BPFTUNE_EXPORT(struct, write_event);

/* What the loaded tuners manage, filled by the daemon: net/ipv4/tcp_rmem. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, char[NAME_LENGTH]);
	__type(value, __u32);
} bpftune_names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct write_key);
	__type(value, struct write_entry);
} bpftune_writes SEC(".maps");

/*
 * The same for namespaces that belong to a user namespace of somebody's own: what
 * they write pushes out nothing of the machine's.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct write_key);
	__type(value, struct write_entry);
} bpftune_twrites SEC(".maps");

/*
 * Room for one record of 40 bytes for each entry of both maps: an entry goes only
 * after its record was read, so it cannot overflow.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} bpftune_wring SEC(".maps");

/* Writes that found no room; the daemon then reads all values again. */
__u32 bpftune_wlost = 0;
/* Set when the ring tells of that; the daemon takes it back. */
__u32 bpftune_wtold = 0;

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

/*
 * The namespace that a sysctl belongs to, which need not be the writer's: a
 * descriptor can be opened in one and written from another. NULL: it is none of a
 * namespace, or this cannot be told.
 */
static __always_inline struct net *bpftune_table_net(struct bpf_sysctl *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct bpf_sysctl_kern *kern = (void *)ctx;
	struct ctl_table_header *head;
	struct ctl_table_set *set;
	struct net *own;

	if (!bpf_core_field_exists(kern->head))
		return NULL;
	head = BPF_CORE_READ(kern, head);
	set = BPF_CORE_READ(head, set);
	own = BPF_CORE_READ(task, nsproxy, net_ns);
	/* All namespaces' sets are of one root, and nothing else is. */
	if (!set || !own ||
	    BPF_CORE_READ(head, root) !=
		    BPF_CORE_READ(own, sysctls.dir.header.root))
		return NULL;
	return (void *)set - bpf_core_field_offset(own->sysctls);
}

static __always_inline void bpftune_ring_write(const struct write_key *key,
					       __u32 tenant, __u32 pid)
{
	struct write_event *e =
		bpf_ringbuf_reserve(&bpftune_wring, sizeof(*e), 0);

	if (!e)
		return;
	e->key = *key;
	e->tenant = tenant;
	e->pid = pid;
	bpf_ringbuf_submit(e, 0);
}

static __always_inline void bpftune_write_lost(__u32 tenant)
{
	struct write_key none = {};

	__sync_fetch_and_add(&bpftune_wlost, 1);
	if (bpftune_wtold)
		return;
	bpftune_wtold = 1;
	none.name = ~0u;
	bpftune_ring_write(&none, tenant, 0);
}

static __always_inline void bpftune_note_write(struct bpf_sysctl *ctx, void *map,
					       const struct write_key *key,
					       __u32 tenant)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct write_entry seen = {};
	struct write_entry *w;
	bool is_tuner;
	__u32 i;

	seen.time_ns = bpf_ktime_get_ns();
	seen.pid = BPF_CORE_READ(task, tgid);
	/* A thread may call itself anything; the program is its leader's name. */
	BPF_CORE_READ_STR_INTO(&seen.comm, task, group_leader, comm);
	is_tuner = !__builtin_memcmp(seen.comm, "bpftune", sizeof("bpftune"));
	bpf_sysctl_get_new_value(ctx, seen.new_value, sizeof(seen.new_value));

	w = bpf_map_lookup_elem(map, key);
	if (!w) {
		bpf_sysctl_get_current_value(ctx, seen.old_value,
					     sizeof(seen.old_value));
		seen.count = !is_tuner;
		seen.tuner = is_tuner ? seen.pid : 0;
		if (!bpf_map_update_elem(map, key, &seen, BPF_NOEXIST)) {
			bpftune_ring_write(key, tenant, seen.pid);
			return;
		}
		w = bpf_map_lookup_elem(map, key);
		if (!w) {
			bpftune_write_lost(tenant);
			return;
		}
	}
	if (is_tuner) {
		w->tuner = seen.pid;
		return;
	}
	if (w->count) {
		for (i = 0; i < VALUE_LENGTH / sizeof(__u64); i++) {
			if (((__u64 *)w->new_value)[i] !=
			    ((__u64 *)seen.new_value)[i])
				w->mixed = 1;
		}
	}
	w->time_ns = seen.time_ns;
	w->pid = seen.pid;
	__builtin_memcpy(w->comm, seen.comm, sizeof(w->comm));
	__builtin_memcpy(w->new_value, seen.new_value, sizeof(w->new_value));
	__sync_fetch_and_add(&w->count, 1);
}

SEC("cgroup/sysctl")
int bpftune_sysctl(struct bpf_sysctl *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	char name[NAME_LENGTH] = {};
	struct write_key key = {};
	struct net *net;
	__u32 *number;

	if (!ctx->write ||
	    (__u32)BPF_CORE_READ(task, tgid) == bpftune_self_tgid)
		return 1;
	/* Most writes on a machine are of no concern here: they end at this. */
	bpf_sysctl_get_name(ctx, name, sizeof(name), 0);
	number = bpf_map_lookup_elem(&bpftune_names, name);
	if (!number)
		return 1;

	key.name = *number;
	net = bpftune_table_net(ctx);
	if (net) {
		key.netns_cookie = bpftune_net_cookie(net);
		key.netns_inode = bpftune_net_inode(net);
	}
	if (net && BPF_CORE_READ(net, user_ns, level) > 0)
		bpftune_note_write(ctx, &bpftune_twrites, &key, 1);
	else
		bpftune_note_write(ctx, &bpftune_writes, &key, 0);
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
