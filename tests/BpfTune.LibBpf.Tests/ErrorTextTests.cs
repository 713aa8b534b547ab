namespace BpfTune.LibBpf.Tests;

public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("fentry/fib6_age", Errno.ESRCH, "kernel has no function fib6_age to trace")]
    [InlineData("fexit/fib6_age", Errno.ESRCH, "kernel has no function fib6_age to trace")]
    [InlineData("fentry/fib6_age", Errno.ENOENT, "kernel has no function fib6_age to trace")]
    [InlineData("tp_btf/tcp_gone", Errno.ESRCH, "kernel has no tracepoint tcp_gone to trace")]
    [InlineData("lsm/gone", Errno.ESRCH, "kernel has no LSM hook gone")]
    [InlineData("iter/gone", Errno.ESRCH, "kernel has no iterator over gone")]
    [InlineData("sockops", Errno.ESRCH, "the kernel lacks something that it refers to")]
    [InlineData("fentry/x", Errno.EPERM, "the kernel refuses it: lockdown is integrity")]
    [InlineData("sockops", Errno.EINVAL, "this kernel does not know its program type, attach type or flags")]
    [InlineData("sockops", Errno.E2BIG, "it is too large or too complex for this kernel's verifier")]
    [InlineData("fentry/x", Errno.EOPNOTSUPP, "this kernel does not support it")]
    [InlineData("fentry/x", Errno.KernelNotSupported, "this kernel does not support it")]
    [InlineData("sockops", Errno.ENOMEM, "out of memory, or over the memory limit of its cgroup")]
    public void A_load_that_failed_is_put_in_words(string section, int errno, string reason) =>
        Assert.Equal(
            reason,
            ErrorText.Reason(BpfOperation.Load, errno, BpfSection.Parse(section), null, static () => "lockdown is integrity"));

    [Theory]
    [InlineData("raw_tp/gone", Errno.ENOENT, "kernel has no tracepoint gone to trace")]
    [InlineData("tp/tcp/gone", Errno.ENOENT, "kernel has no tracepoint tcp/gone to trace")]
    [InlineData("kprobe/gone", Errno.ENOENT, "kernel has no function gone to trace")]
    [InlineData("kprobe/gone", Errno.ESRCH, "kernel has no function gone to trace")]
    [InlineData("kprobe/many", Errno.EADDRNOTAVAIL, "kernel has several functions named many")]
    [InlineData("sockops", Errno.EBADF, "there is no such cgroup")]
    [InlineData("sockops", Errno.EPERM, "the kernel refuses it")]
    [InlineData("sockops", Errno.EINVAL, "this kernel cannot attach such a program there")]
    [InlineData("sockops", Errno.EEXIST, "it is attached there already")]
    public void An_attach_that_failed_is_put_in_words(string section, int errno, string reason) =>
        Assert.Equal(
            reason, ErrorText.Reason(BpfOperation.Attach, errno, BpfSection.Parse(section), null, static () => null));

    [Theory]
    [InlineData(Errno.EACCES, "invalid bpf_context access", "the kernel's verifier rejects it")]
    [InlineData(Errno.EINVAL, "invalid bpf_context access", "the kernel's verifier rejects it")]
    [InlineData(Errno.EINVAL, "failed to resolve CO-RE relocation <byte_off>", "this kernel lacks a type or member that it uses")]
    public void The_verifiers_word_counts_more_than_the_number(int errno, string line, string reason) =>
        Assert.Equal(
            reason,
            ErrorText.Reason(
                BpfOperation.Load, errno, BpfSection.Parse("fentry/x"), line, static () => "lockdown is integrity"));

    /// <summary>Under lockdown=confidentiality the kernel takes the helper away; its verifier says so in words that depend on its version.</summary>
    [Theory]
    [InlineData("unknown func bpf_probe_read_kernel#113", "lockdown is confidentiality", "it may not read the kernel's memory: lockdown is confidentiality")]
    [InlineData("program of this type cannot use helper bpf_probe_read_kernel#113", "lockdown is confidentiality", "it may not read the kernel's memory: lockdown is confidentiality")]
    [InlineData("unknown func bpf_probe_read_kernel#113", null, "the kernel's verifier rejects it")]
    [InlineData("unknown func bpf_new_helper#999", "lockdown is confidentiality", "the kernel's verifier rejects it")]
    public void A_helper_that_lockdown_takes_away_is_told_from_one_that_is_missing(string line, string? lockdown, string reason) =>
        Assert.Equal(reason, ErrorText.Reason(BpfOperation.Load, Errno.EINVAL, BpfSection.Parse("raw_tp/x"), line, () => lockdown));

    [Fact]
    public void A_message_says_all_in_one_line()
    {
        var e = ErrorText.Make(
            BpfOperation.Load, "tcp_buffer", -Errno.EACCES, "bpftune_rcv", BpfSection.Parse("tp_btf/tcp_probe"), null,
            "R0 !read_ok", "the\nwhole\nlog");
        Assert.Equal(
            "tcp_buffer: cannot load program bpftune_rcv (tp_btf/tcp_probe): the kernel's verifier rejects it (EACCES); "
            + "verifier: R0 !read_ok",
            e.Message);
        Assert.Equal(
            ("tcp_buffer", "bpftune_rcv", BpfMechanism.TpBtf, "tcp_probe", Errno.EACCES, "EACCES"),
            (e.ObjectName, e.ProgramName, e.Mechanism, e.Target, e.Errno, e.ErrnoName));
        Assert.Equal("the kernel's verifier rejects it", e.Reason);
        Assert.Equal("R0 !read_ok", e.LastVerifierLine);
        Assert.Equal("the\nwhole\nlog", e.FullLog);
    }

    [Fact]
    public void The_failed_program_is_the_one_libbpf_names_last()
    {
        using var sample = Sample.Open();
        List<string> lines =
        [
            "libbpf: prog 'classify': some warning that was no failure",
            "libbpf: prog 'on_retransmit': failed to find kernel BTF type ID of 'tcp_retransmit_skb': -3",
            "libbpf: prog 'on_retransmit': failed to load: -3",
            "libbpf: failed to load object 'sample'",
        ];
        var e = LoadFailure.Explain("sample", -Errno.ESRCH, lines, sample.Programs);
        Assert.Equal("on_retransmit", e.ProgramName);
        Assert.Equal(BpfMechanism.TpBtf, e.Mechanism);
        Assert.Equal(
            "sample: cannot load program on_retransmit (tp_btf/tcp_retransmit_skb): kernel has no tracepoint "
            + "tcp_retransmit_skb to trace (ESRCH)",
            e.Message);
    }

    [Fact]
    public void A_failed_map_is_named_too()
    {
        using var sample = Sample.Open();
        var e = LoadFailure.Explain(
            "sample", -Errno.EINVAL, ["libbpf: map 'entries': failed to create: Invalid argument(-22)"], sample.Programs);
        Assert.Null(e.ProgramName);
        Assert.Equal("entries", e.MapName);
        Assert.Equal(
            "sample: cannot create map entries: this kernel does not know its map type, flags or sizes (EINVAL)", e.Message);
    }

    [Fact]
    public void Without_any_line_of_libbpf_only_the_object_is_named()
    {
        using var sample = Sample.Open();
        var e = LoadFailure.Explain("sample", -Errno.ENOMEM, [], sample.Programs);
        Assert.Null(e.ProgramName);
        Assert.Null(e.FullLog);
        Assert.StartsWith("cannot load sample: out of memory", e.Message, StringComparison.Ordinal);
    }
}
