namespace BpfTune.LibBpf.Tests;

public sealed class VerifierLogTests
{
    private const string OutOfBounds = """
        0: R1=ctx() R10=fp0
        ; int rejected(struct __sk_buff *skb) @ broken.bpf.c:40
        0: (61) r0 = *(u32 *)(r1 +4096)
        invalid bpf_context access off=4096 size=4
        processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
        """;

    private const string CoreRelocation = """
        reg type unsupported for arg#0 function missing_member#20
        0: R1=ctx(off=0,imm=0) R10=fp0
        ; return net->no_such_member;
        1: <invalid CO-RE relocation>
        failed to resolve CO-RE relocation <byte_off> [24] struct net.no_such_member (0:1 @ offset 8)
        processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
        """;

    private const string OldKernel = """
        ; return *p;
        5: (71) r0 = *(u8 *)(r0 +0)
         R0_w=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0) R10=fp0
        R0 invalid mem access 'map_value_or_null'
        processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
        verification time 81 usec
        stack depth 4
        """;

    private const string TooComplex = """
        from 12 to 4: R0=scalar() R10=fp0
        BPF program is too large. Processed 1000001 insn
        processed 1000001 insns (limit 1000000) max_states_per_insn 4 total_states 9999 peak_states 9999 mark_read 5

        """;

    [Theory]
    [InlineData(OutOfBounds, "invalid bpf_context access off=4096 size=4")]
    [InlineData(CoreRelocation, "failed to resolve CO-RE relocation <byte_off> [24] struct net.no_such_member (0:1 @ offset 8)")]
    [InlineData(OldKernel, "R0 invalid mem access 'map_value_or_null'")]
    [InlineData(TooComplex, "BPF program is too large. Processed 1000001 insn")]
    [InlineData("R0 !read_ok\nprocessed 1 insns", "R0 !read_ok")]
    [InlineData("R1 type=scalar expected=ctx\nprocessed 1 insns", "R1 type=scalar expected=ctx")]
    [InlineData("0: R1=ctx() R10=fp0\n0: (95) exit\nprocessed 1 insns", "0: (95) exit")]
    public void The_line_with_the_reason_is_found(string log, string line) =>
        Assert.Equal(line, VerifierLog.LastUsefulLine(log));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("processed 2 insns (limit 1000000)\n")]
    public void A_log_without_a_reason_gives_none(string? log) => Assert.Null(VerifierLog.LastUsefulLine(log));

    [Fact]
    public void The_log_is_taken_out_of_libbpfs_lines()
    {
        string[] lines =
        [
            "libbpf: prog 'rejected': BPF program load failed: Permission denied",
            $"libbpf: prog 'rejected': -- BEGIN PROG LOAD LOG --\n{OutOfBounds}-- END PROG LOAD LOG --",
            "libbpf: prog 'rejected': failed to load: -13",
        ];
        Assert.Equal(OutOfBounds.Trim('\n'), VerifierLog.Extract(lines));
        Assert.Null(VerifierLog.Extract(["libbpf: something else"]));
    }

    [Theory]
    [InlineData("libbpf: prog 'bpftune_x': failed to load: -3", "bpftune_x", null)]
    [InlineData("prog 'x': failed to load: -3", "x", null)]
    [InlineData("libbpf: map 'm': failed to create: Invalid argument(-22)", null, "m")]
    [InlineData("libbpf: failed to load object 'o'", null, null)]
    [InlineData("libbpf: the prog 'x' is not at the start", null, null)]
    public void Program_and_map_are_read_off_a_line(string line, string? program, string? map)
    {
        Assert.Equal(program, VerifierLog.ProgramOf(line));
        Assert.Equal(map, VerifierLog.MapOf(line));
    }
}
