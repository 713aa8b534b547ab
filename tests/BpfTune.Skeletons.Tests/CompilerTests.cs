using BpfTune.Skeletons.Btf;
using BpfTune.Skeletons.Model;

namespace BpfTune.Skeletons.Tests;

/// <summary>BTF that not every compiler writes, given as bpftool prints it.</summary>
public sealed class CompilerTests
{
    [Fact]
    public void Enums_of_64_bits()
    {
        TypeMapper mapper = Mapper("""
            {"id":1,"kind":"ENUM64","name":"big","encoding":"UNSIGNED","size":8,"vlen":2,"values":[{"name":"LOW","val":1},{"name":"HIGH","val":18446744073709551615}]},
            {"id":2,"kind":"ENUM64","name":"negative","encoding":"SIGNED","size":8,"vlen":2,"values":[{"name":"LEAST","val":-9223372036854775808},{"name":"MOST","val":9223372036854775807}]}
            """);
        Assert.Equal(["big", "negative"], new[] { mapper.Map(1, "", "x"), mapper.Map(2, "", "x") });
        Assert.Equal(["ulong", "long"], mapper.Enums.Select(type => type.Underlying));
        Assert.Equal(
            [("LOW", "1"), ("HIGH", "18446744073709551615"), ("LEAST", "-9223372036854775808"), ("MOST", "9223372036854775807")],
            mapper.Enums.SelectMany(type => type.Members));
    }

    [Theory]
    [InlineData("SIGNED", "-1")]
    [InlineData("UNSIGNED", "4294967295")]
    public void A_negative_enumerator_is_the_same_from_compilers_that_mark_it_and_from_those_that_do_not(string encoding, string value)
    {
        TypeMapper mapper = Mapper($$"""
            {"id":1,"kind":"ENUM","name":"e","encoding":"{{encoding}}","size":4,"vlen":1,"values":[{"name":"A","val":{{value}}}]}
            """);
        mapper.Map(1, "", "x");
        EnumModel model = Assert.Single(mapper.Enums);
        Assert.Equal(("int", ("A", "-1")), (model.Underlying, model.Members[0]));
    }

    [Fact]
    public void Tags_are_looked_through()
    {
        TypeMapper mapper = Mapper("""
            {"id":1,"kind":"INT","name":"unsigned int","size":4,"bits_offset":0,"nr_bits":32,"encoding":"(none)"},
            {"id":2,"kind":"TYPE_TAG","name":"rcu","type_id":1},
            {"id":3,"kind":"DECL_TAG","name":"note","type_id":1,"component_idx":-1}
            """);
        Assert.Equal("uint", mapper.Map(2, "", "x"));
    }

    [Theory]
    [InlineData("""{"id":1,"kind":"INT","name":"odd","size":4,"bits_offset":0,"nr_bits":24,"encoding":"(none)"}""", "'odd' is an integer of 24 bits in 4 bytes")]
    [InlineData("""{"id":1,"kind":"INT","name":"wide","size":32,"bits_offset":0,"nr_bits":256,"encoding":"(none)"}""", "'wide' is an integer of 32 bytes")]
    [InlineData("""{"id":1,"kind":"FLOAT","name":"long double","size":16}""", "'long double' is a floating-point number of 16 bytes")]
    [InlineData("""{"id":1,"kind":"ENUM","name":"e","encoding":"UNSIGNED","size":3,"vlen":0,"values":[]}""", "enum e has 3 bytes")]
    [InlineData("""{"id":1,"kind":"ENUM","name":"big","encoding":"UNSIGNED","size":8,"vlen":1,"values":[{"name":"BIG","val":4294967295}]}""", "enum big has 64-bit values, which only clang 15 and newer write to BTF")]
    [InlineData("""{"id":1,"kind":"FWD","name":"gone","fwd_kind":"struct"}""", "'gone' is declared but not defined in this object")]
    [InlineData("""{"id":1,"kind":"FUNC_PROTO","name":"(anon)","ret_type_id":0,"vlen":0,"params":[]}""", "FuncProto has no C# form")]
    public void A_type_that_has_no_form_is_refused(string type, string message)
    {
        SkeletonException exception = Assert.Throws<SkeletonException>(() => Mapper(type).Map(1, "", "struct t, member a"));
        Assert.Equal((ErrorCode.Type, "struct t, member a: " + message), (exception.Code, exception.Message));
    }

    [Fact]
    public void Two_byte_floats_have_a_form() =>
        Assert.Equal("global::System.Half", Mapper("""{"id":1,"kind":"FLOAT","name":"_Float16","size":2}""").Map(1, "", "x"));

    private static TypeMapper Mapper(string types) => new(BtfJson.Parse($$"""{"types":[{{types}}]}"""), "TestBpf");
}
