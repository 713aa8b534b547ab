/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One body, one program for each mechanism. A body is a static inline function
 * that reads kernel memory with BPF_CORE_READ only, so that it serves typed and
 * untyped pointers alike. Program names: bpftune_<hook>_<mechanism>, where tb is
 * tp_btf, rt raw_tp, fe fentry, kp kprobe.
 */
#ifndef BPFTUNE_HOOKS_H
#define BPFTUNE_HOOKS_H

#include "kernel.h"

/* The first argument of tracepoint tp, handed to body(). */
#define BPFTUNE_TRACEPOINT(hook, tp, type, body)                               \
	SEC("tp_btf/" #tp)                                                     \
	int bpftune_##hook##_tb(__u64 *ctx)                                    \
	{                                                                      \
		return body((type)ctx[0]);                                     \
	}                                                                      \
	SEC("raw_tp/" #tp)                                                     \
	int bpftune_##hook##_rt(struct bpf_raw_tracepoint_args *ctx)           \
	{                                                                      \
		return body((type)ctx->args[0]);                               \
	}

/* All arguments of tracepoint tp, handed to body() as an array. */
#define BPFTUNE_TRACEPOINT_ARGS(hook, tp, body)                                \
	SEC("tp_btf/" #tp)                                                     \
	int bpftune_##hook##_tb(__u64 *ctx)                                    \
	{                                                                      \
		return body(ctx);                                              \
	}                                                                      \
	SEC("raw_tp/" #tp)                                                     \
	int bpftune_##hook##_rt(struct bpf_raw_tracepoint_args *ctx)           \
	{                                                                      \
		return body(ctx->args);                                        \
	}

/* The first argument of kernel function fn, handed to body() on entry. */
#define BPFTUNE_FUNCTION(hook, fn, type, body)                                 \
	SEC("fentry/" #fn)                                                     \
	int bpftune_##hook##_fe(__u64 *ctx)                                    \
	{                                                                      \
		return body((type)ctx[0]);                                     \
	}                                                                      \
	SEC("kprobe/" #fn)                                                     \
	int bpftune_##hook##_kp(struct pt_regs *ctx)                           \
	{                                                                      \
		return body((type)PT_REGS_PARM1(ctx));                         \
	}

#endif
