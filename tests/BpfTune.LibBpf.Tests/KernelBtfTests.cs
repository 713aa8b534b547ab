namespace BpfTune.LibBpf.Tests;

public sealed class KernelBtfTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Functions_and_tracepoints_are_found_by_their_whole_name()
    {
        var builder = new BtfBuilder();
        builder.Int("int");
        var prototype = builder.Type(string.Empty, 13, 2, false, 0, 0, 1, 0, 1);
        var function = builder.Function("tcp_init_sock");
        builder.Typedef("btf_trace_tcp_probe", prototype);
        builder.Typedef("tcp_other", prototype);
        using var btf = Open(builder);

        Assert.True(btf.HasFunction("tcp_init_sock"));
        Assert.Equal(function, btf.FindFunction("tcp_init_sock"));
        Assert.False(btf.HasFunction("tcp_init"));
        Assert.False(btf.HasFunction("init_sock"));
        Assert.False(btf.HasFunction("tcp_other"));
        Assert.True(btf.HasTracepoint("tcp_probe"));
        Assert.False(btf.HasTracepoint("tcp_other"));
        Assert.False(btf.HasTracepoint("tcp_init_sock"));
        Assert.False(btf.HasFunction(new string('x', 5000)));
        Assert.Equal(5, btf.TypeCount);
    }

    [Fact]
    public void Each_of_many_names_is_found_and_none_other()
    {
        var builder = new BtfBuilder();
        var ids = Enumerable.Range(0, 5000).ToDictionary(i => $"function_{i}", i => builder.Function($"function_{i}"));
        using var btf = Open(builder);
        Assert.All(ids, id => Assert.Equal(id.Value, btf.FindFunction(id.Key)));
        for (var i = 5000; i < 10_000; i++)
            Assert.False(btf.HasFunction($"function_{i}"));
    }

    [Fact]
    public void Members_are_found_in_anonymous_parts_too()
    {
        var builder = new BtfBuilder();
        var number = builder.Int("int");
        var inner = builder.Union(string.Empty, ("deep", number), ("deeper", number));
        var anonymous = builder.Struct(string.Empty, ("middle", number), (string.Empty, builder.Const(inner)));
        builder.Struct("net", ("count", number), (string.Empty, anonymous));
        builder.Struct("other", ("own", number));
        builder.Struct("net", ("second_of_that_name", number));
        using var btf = Open(builder);

        Assert.True(btf.HasStruct("net"));
        Assert.False(btf.HasStruct("deep"));
        foreach (var member in new[] { "count", "middle", "deep", "deeper", "second_of_that_name" })
            Assert.True(btf.HasStructMember("net", member), member);
        Assert.False(btf.HasStructMember("net", "own"));
        Assert.False(btf.HasStructMember("net", "net_cookie"));
        Assert.False(btf.HasStructMember("nothing", "count"));
    }

    [Fact]
    public void Enumerators_have_their_values()
    {
        var builder = new BtfBuilder();
        builder.Enum("reason", false, ("NONE", 0), ("BIG", -1));
        builder.Enum("signed_reason", true, ("MINUS", -1));
        builder.Enum64("wide", ("WIDE", 0x1_0000_0002));
        using var btf = Open(builder);

        Assert.True(btf.TryGetEnumValue("reason", "NONE", out var none));
        Assert.Equal(0, none);
        Assert.True(btf.TryGetEnumValue("reason", "BIG", out var big));
        Assert.Equal(0xffffffffL, big);
        Assert.True(btf.TryGetEnumValue("signed_reason", "MINUS", out var minus));
        Assert.Equal(-1, minus);
        Assert.True(btf.TryGetEnumValue("wide", "WIDE", out var wide));
        Assert.Equal(0x1_0000_0002, wide);
        Assert.False(btf.TryGetEnumValue("reason", "MINUS", out _));
        Assert.False(btf.TryGetEnumValue("nothing", "NONE", out _));
    }

    [Fact]
    public void A_kernel_without_BTF_is_said_in_words()
    {
        var e = Assert.Throws<BpfException>(() => KernelBtf.Open("/nonexistent/btf/vmlinux"));
        Assert.Equal("this kernel has no BTF", e.Reason);
        Assert.Contains("CONFIG_DEBUG_INFO_BTF", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_BTF_are_refused()
    {
        foreach (var bytes in new byte[][] { [], "not BTF at all, not by far, no"u8.ToArray() })
        {
            File.WriteAllBytes(_path, bytes);
            Assert.Equal("it does not begin as BTF does", Assert.Throws<BpfException>(() => KernelBtf.Open(_path)).Reason);
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var builder = new BtfBuilder();
        builder.Struct("net", ("count", builder.Int("int")));
        var whole = builder.Build();
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.Throws<BpfException>(() => KernelBtf.Open(_path));
        }
    }

    [Fact]
    public void A_kind_of_a_later_kernel_is_refused_rather_than_misread()
    {
        var builder = new BtfBuilder();
        builder.Type("future", 25, 0, false, 0);
        File.WriteAllBytes(_path, builder.Build());
        var e = Assert.Throws<BpfException>(() => KernelBtf.Open(_path));
        Assert.Contains("kind (25)", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void BTF_of_the_other_byte_order_is_said_to_be()
    {
        var bytes = new BtfBuilder().Build();
        (bytes[0], bytes[1]) = (bytes[1], bytes[0]);
        var e = Assert.Throws<BpfException>(() => KernelBtf.FromBytes(bytes));
        Assert.Equal("it is of a machine with the other byte order", e.Reason);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(20)]
    public void Sections_that_lie_elsewhere_are_refused(int field)
    {
        var builder = new BtfBuilder();
        builder.Struct("net", ("count", builder.Int("int")));
        foreach (var value in new[] { 0x7fff_ffffu, 0x8000_0000u, 0xffff_ffffu, 0xffff_fff0u })
        {
            var bytes = builder.Build();
            ElfBuilder.Put(bytes, field, value);
            Assert.Equal("its sections lie outside of it", Assert.Throws<BpfException>(() => KernelBtf.FromBytes(bytes)).Reason);
        }
    }

    [Fact]
    public void A_last_string_without_an_end_is_refused()
    {
        var builder = new BtfBuilder();
        builder.Function("f");
        var bytes = builder.Build();
        bytes[^1] = (byte)'x';
        Assert.Equal("its last string has no end", Assert.Throws<BpfException>(() => KernelBtf.FromBytes(bytes)).Reason);
    }

    [Fact]
    public void A_name_outside_of_the_strings_is_said_when_it_is_asked_for()
    {
        var builder = new BtfBuilder();
        builder.Function("f");
        var bytes = builder.Build();
        ElfBuilder.Put(bytes, 24, 1000);
        using var btf = KernelBtf.FromBytes(bytes);
        Assert.Equal(1, btf.TypeCount);
        Assert.Equal("there is no string at 1000", Assert.Throws<BpfException>(() => btf.HasFunction("f")).Reason);
    }

    [Fact]
    public void A_member_of_a_type_that_is_not_there_is_said()
    {
        var builder = new BtfBuilder();
        builder.Struct("net", ("", 7));
        using var btf = KernelBtf.FromBytes(builder.Build());
        Assert.Equal("there is no type 7 in it", Assert.Throws<BpfException>(() => btf.HasStructMember("net", "a")).Reason);
    }

    [Fact]
    public void A_type_that_stands_for_itself_is_no_endless_way()
    {
        var builder = new BtfBuilder();
        builder.Struct("net", ("", 2));
        builder.Typedef("loop", 3);
        builder.Const(2);
        using var btf = KernelBtf.FromBytes(builder.Build());
        Assert.Contains("stands for itself", Assert.Throws<BpfException>(() => btf.HasStructMember("net", "a")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_structure_that_embeds_itself_has_no_more_members_for_it()
    {
        var builder = new BtfBuilder();
        builder.Struct("net", [.. Enumerable.Repeat(("", 1), 100), ("a", 2)]);
        builder.Int("int");
        using var btf = KernelBtf.FromBytes(builder.Build());
        Assert.True(btf.HasStructMember("net", "a"));
        Assert.False(btf.HasStructMember("net", "b"));
    }

    [Fact]
    public void A_disposed_one_is_of_no_use()
    {
        var builder = new BtfBuilder();
        builder.Function("f");
        var btf = Open(builder);
        btf.Dispose();
        btf.Dispose();
        Assert.Throws<ObjectDisposedException>(() => btf.HasFunction("f"));
    }

    private KernelBtf Open(BtfBuilder builder)
    {
        File.WriteAllBytes(_path, builder.Build());
        return KernelBtf.Open(_path);
    }
}
