using System.Reflection;
using BpfTune.LibBpf;
using BpfTune.Skeletons.Tests.Support;

namespace BpfTune.Skeletons.Tests;

/// <summary>Programs, maps and variables of generated classes, compiled with every warning an error.</summary>
public sealed class SkeletonTests
{
    [Theory]
    [InlineData("HASH", typeof(BpfMap<uint, ulong>))]
    [InlineData("ARRAY", typeof(BpfMap<uint, ulong>))]
    [InlineData("LRU_HASH", typeof(BpfMap<uint, ulong>))]
    [InlineData("LPM_TRIE", typeof(BpfMap<uint, ulong>))]
    [InlineData("PERCPU_HASH", typeof(BpfPerCpuMap<uint, ulong>))]
    [InlineData("PERCPU_ARRAY", typeof(BpfPerCpuMap<uint, ulong>))]
    [InlineData("LRU_PERCPU_HASH", typeof(BpfPerCpuMap<uint, ulong>))]
    [InlineData("SK_STORAGE", typeof(BpfMap))]
    [InlineData("QUEUE", typeof(BpfMap))]
    [InlineData("PROG_ARRAY", typeof(BpfMap))]
    [InlineData("PERF", typeof(BpfMap))]
    [InlineData("999", typeof(BpfMap))]
    public void A_map_has_the_type_that_fits_its_entries(string type, Type expected)
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From($$"""
            struct { __uint(type, {{type}}); __uint(max_entries, 0xfffffff); __uint(map_flags, 1); __type(key, u32); __type(value, u64); } m SEC(".maps");
            """);
        Assert.Equal(expected, skeleton.Member("Loaded.Maps.m"));
        Assert.Equal(typeof(BpfMapSpec), skeleton.Member("Opened.Maps.m"));
    }

    [Fact]
    public void A_map_without_types_stays_untyped()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            struct { __uint(type, HASH); __uint(key_size, 4); __uint(value_size, 8); __uint(max_entries, 1); } sizes SEC(".maps");
            struct { __uint(type, RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
            struct inner { __uint(type, ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u32); } first SEC(".maps");
            struct { __uint(type, ARRAY_OF_MAPS); __uint(max_entries, 1); __type(key, u32); struct inner *values[]; } outer SEC(".maps") = { .values = { &first } };
            """);
        Assert.Equal(typeof(BpfMap), skeleton.Member("Loaded.Maps.sizes"));
        Assert.Equal(typeof(BpfMap), skeleton.Member("Loaded.Maps.ring"));
        Assert.Equal(typeof(BpfMap), skeleton.Member("Loaded.Maps.outer"));
        Assert.Equal(typeof(BpfMap<uint, uint>), skeleton.Member("Loaded.Maps.first"));
    }

    [Fact]
    public void Keys_and_values_may_be_any_type()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            struct key { u32 id; char name[12]; }; union value { u64 a; u32 b[4]; }; enum color { RED };
            struct { __uint(type, HASH); __uint(max_entries, 1); __type(key, struct key); __type(value, union value); } a SEC(".maps");
            struct { __uint(type, HASH); __uint(max_entries, 1); __type(key, enum color); __type(value, char[8]); } b SEC(".maps");
            struct { __uint(type, SK_STORAGE); __uint(map_flags, 1); __type(key, int); __type(value, struct { u32 seen; }); } c SEC(".maps");
            """);
        Assert.Equal(typeof(BpfMap<,>).MakeGenericType(skeleton.Nested("key"), skeleton.Nested("value")), skeleton.Member("Loaded.Maps.a"));
        Assert.Equal(typeof(BpfMap<,>).MakeGenericType(skeleton.Nested("color"), skeleton.Nested("CharArray8")), skeleton.Member("Loaded.Maps.b"));
        Assert.Equal(4, Layout.SizeOf(skeleton.Nested("c_value")));
    }

    [Fact]
    public void Variables_are_grouped_by_what_may_be_done_to_them()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            const volatile u32 a = 1; const volatile u64 b SEC(".rodata.early") = 2;
            u16 c = 3; s64 d SEC(".data.hot") = 4; char e[8] = "e"; u32 f; struct { u32 x; } g; u8 h[2][3]; void *i; _Bool j SEC(".bss.cold");
            static volatile u32 hidden = 5;
            SEC("socket") int prog(void *context) { static volatile u32 inside; return hidden + inside; }
            """);
        Assert.Equal(
            [("Bss", "f UInt32"), ("Bss", "g g_type"), ("Bss", "h Array2`1"), ("Bss", "i UInt64"), ("Bss", "j Boolean"), ("Data", "c UInt16"), ("Data", "d Int64"), ("Data", "e CharArray8"), ("Rodata", "a UInt32"), ("Rodata", "b UInt64")],
            Variables("Loaded"));
        Assert.Equal(Variables("Loaded"), Variables("Opened"));
        Assert.All(Properties("Opened", "Rodata"), static property => Assert.True(property.CanWrite));
        Assert.All(Properties("Loaded", "Rodata"), static property => Assert.False(property.CanWrite || property.PropertyType.IsByRef));
        Assert.All([.. Properties("Loaded", "Data"), .. Properties("Loaded", "Bss")], static property => Assert.True(property.PropertyType.IsByRef));

        PropertyInfo[] Properties(string stage, string group) => skeleton.Member($"{stage}.{group}").GetProperties();
        IEnumerable<(string Group, string Variable)> Variables(string stage) => new[] { "Bss", "Data", "Rodata" }
            .SelectMany(group => Properties(stage, group), (group, property) => (group, $"{property.Name} {(property.PropertyType is { IsByRef: true } type ? type.GetElementType()! : property.PropertyType).Name}"))
            .Order();
    }

    [Fact]
    public void Subprograms_are_no_programs()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            u32 x;
            __attribute__((noinline)) int global_helper(int a) { return a * x; }
            static __attribute__((noinline)) int static_helper(int a) { return a + x; }
            SEC("?tp_btf/b") int second(void *context) { return global_helper(1); }
            SEC("kprobe/a") int first(void *context) { return static_helper(2); }
            SEC("?tp_btf/b") int third(void *context) { return global_helper(3); }
            """);
        Assert.Equal(["second", "third", "first"], skeleton.Nested("ProgramNames").GetFields().Select(field => (string)field.GetRawConstantValue()!));
        Assert.Equal(typeof(BpfProgramSpec), skeleton.Member("Opened.Programs.third"));
        Assert.Equal(typeof(BpfProgram), skeleton.Member("Loaded.Programs.first"));
    }

    [Fact]
    public void Names_that_the_skeleton_needs_give_way()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            struct Opened { u32 a; }; struct Array2 { u32 a[2]; }; struct TestBpf { u32 a; }; enum Image { ToString, value__, A };
            EXPORT(struct TestBpf, t);
            struct { __uint(type, HASH); __uint(max_entries, 1); __type(key, struct Opened); __type(value, struct Array2); } MapGroup SEC(".maps");
            struct { __uint(type, HASH); __uint(max_entries, 1); __type(key, enum Image); __type(value, u32); } event SEC(".maps");
            u32 __object; u32 Equals; u32 Equals_; u32 BssGroup; u32 field; u32 value; u32 bpfObject;
            SEC("socket") int GetType(void *context) { return 0; }
            SEC("socket") int ProgramGroup(void *context) { return 0; }
            SEC("socket") int fixed(void *context) { return 0; }
            SEC("socket") int ProgramNames(void *context) { return 0; }
            struct { __uint(type, RINGBUF); __uint(max_entries, 4096); } MapNames SEC(".maps");
            """);
        Assert.Equal(typeof(BpfMap<,>).MakeGenericType(skeleton.Nested("Opened_"), skeleton.Nested("Array2_")), skeleton.Member("Loaded.Maps.MapGroup_"));
        Assert.Equal(typeof(BpfMap<,>).MakeGenericType(skeleton.Nested("Image_"), typeof(uint)), skeleton.Member("Loaded.Maps.event"));
        Assert.Equal(4, Layout.SizeOf(skeleton.Nested("TestBpf_")));
        Assert.Equal(["ToString_", "value___", "A"], Enum.GetNames(skeleton.Nested("Image_")));
        Assert.Equal(
            ["__object_", "Equals__", "Equals_", "BssGroup_", "field", "value", "bpfObject"],
            skeleton.Member("Loaded.Bss").GetProperties().Select(property => property.Name).OrderBy(name => Array.IndexOf(["__object_", "Equals__", "Equals_", "BssGroup_", "field", "value", "bpfObject"], name)));
        Assert.Equal(["GetType", "ProgramGroup", "fixed", "ProgramNames"], skeleton.Nested("ProgramNames").GetFields().Select(field => (string)field.GetRawConstantValue()!));
        Assert.Equal(typeof(BpfProgram), skeleton.Member("Loaded.Programs.GetType_"));
    }

    [Fact]
    public void Only_what_is_reachable_by_value_is_exported()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            struct far { u32 a; }; struct unused { u32 a; }; struct near { struct far *far; }; enum choice { ONE = 1 };
            EXPORT(struct near, n); EXPORT(enum choice, c);
            SEC("socket") int prog(struct unused *context) { return context->a; }
            """);
        Assert.Equal(
            ["Loaded", "MapNames", "Opened", "ProgramNames", "choice", "near"],
            skeleton.Type.GetNestedTypes().Select(type => type.Name).Order(StringComparer.Ordinal));
        Assert.Null(skeleton.Nested("Loaded").GetProperty("Bss"));
    }

    [Fact]
    public void An_object_of_nothing_but_programs_compiles()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("SEC(\"socket\") int prog(void *context) { return 0; }");
        Assert.Null(skeleton.Nested("Loaded").GetProperty("Maps"));
    }

    [Fact]
    public void Enum_values_survive()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            enum e { MINUS = -1, BIG = 0x7fffffff, ZERO = 0 }; enum small { S = -128 } __attribute__((packed)); enum bits { TOP = 1u << 30 };
            struct t { enum e e; enum small s; enum bits b; };
            EXPORT(struct t, t);
            """);
        Assert.Equal([-1, 0x7fffffff, 0], Values("e"));
        Assert.Equal([(sbyte)-128], Values("small"));
        Assert.Equal([1u << 30], Values("bits"));

        object[] Values(string name) => [.. skeleton.Nested(name).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => field.GetRawConstantValue()!)];
    }
}
