using System.Reflection;
using BpfTune.Skeletons.Tests.Support;

namespace BpfTune.Skeletons.Tests;

/// <summary>Sizes and offsets of generated structs, as the runtime lays them out, against what bpftool says of the same object.</summary>
public sealed class LayoutTests
{
    public static TheoryData<string, string, int> Structs { get; } = new()
    {
        {
            "integers of every width", """
            struct t { u8 a; s8 b; u16 c; s16 d; u32 e; s32 f; u64 g; s64 h; unsigned long i; long j; char k; _Bool l; };
            """, 12
        },
        { "floating point and pointers", "struct t { float a; double b; void *c; struct gone *d; int (*e)(void); };", 5 },
        { "128-bit integers and their alignment", "struct t { u8 a; __int128 b; u8 c; unsigned __int128 d; u8 e; };", 5 },
        { "128-bit integers where they are not aligned", "struct t { u8 a; __int128 b; u16 c; } __attribute__((packed));", 3 },
        { "alignment beyond the members' own", "struct t { u8 a; u32 b __attribute__((aligned(64))); u8 c; } __attribute__((aligned(128)));", 3 },
        { "packed to an odd size", "struct t { u8 a; u32 b; u16 c; } __attribute__((packed));", 3 },
        { "packed of a byte more than a word", "struct t { u64 a; u8 b; } __attribute__((packed));", 2 },
        { "arrays", "struct t { u8 a[3]; u16 b[5]; u64 c[2]; void *d[3]; _Bool e[2]; s64 f[1]; };", 6 },
        { "arrays of arrays", "struct t { u8 pad; u32 a[2][3]; u16 b[2][3][4]; char c[4][16]; };", 4 },
        { "text", "struct t { u32 a; char comm[16]; char one[1]; unsigned char bytes[5]; };", 4 },
        { "nested structs", "struct in { u8 a; u64 b; }; struct mid { u16 a; struct in b; }; struct t { u8 a; struct mid b; struct in c[3]; struct in d[2][2]; };", 4 + 4 + 2 + 2 },
        { "unions", "struct in { u32 a; u32 b; }; union u { u8 a; u64 b; u32 c[4]; struct in d; }; struct t { u8 a; union u b; };", 2 + 4 + 2 },
        { "a union itself", "union t { u8 a; u64 b; char c[24]; };", 3 },
        {
            "anonymous structs and unions", """
            struct t { u32 a; union { u64 b; struct { u8 c; union { u16 d; u8 e[6]; }; }; }; struct { u64 f; struct { u8 g; }; }; };
            """, 7
        },
        { "members of anonymous type", "struct t { u8 a; struct { u8 x; u64 y; } b; union { u8 x; u64 y; } c[2]; struct { struct { u16 z; } in; } d; };", 4 + 2 + 2 + 1 + 1 },
        { "typedefs of anonymous types", "typedef struct { u8 x; u32 y; } pair_t; typedef pair_t alias_t; typedef enum { ONE } one_t; struct t { u8 a; pair_t b; const volatile alias_t c; one_t d; };", 4 + 2 + 2 },
        {
            "enums", """
            enum plain { A0, A1 = 7 }; enum negative { B0 = -1, B1 }; enum tiny { C0 = 255 } __attribute__((packed));
            enum tinynegative { D0 = -3 } __attribute__((packed)); enum two { E0 = 0xffff } __attribute__((packed));
            struct t { u8 pad; enum plain a; enum negative b; enum tiny c; enum tinynegative d; enum two e; enum { F0 } f; enum plain g[3]; };
            """, 8
        },
        { "bit-fields", "struct t { u32 a:3, b:7, c:22; u32 d:1; u32 e:32; };", 5 },
        { "signed bit-fields", "struct t { s32 a:3; s32 b:13; s64 c:40; s8 d:1; };", 4 },
        { "bit-fields of 64 bits and about", "struct t { u64 a:1; u64 b:63; u64 c:33; u64 d:31; u64 e:64; };", 5 },
        { "bit-fields of bool, enum and char", "enum e { E = 3 }; enum n { N = -2, P = 1 }; struct t { _Bool a:1; enum e b:2; char c:4; enum n d:2; };", 4 },
        { "bit-fields after other members", "struct t { u8 a; u16 b:5; u8 c; u32 d:9; u64 e; u8 f:4; u8 g:4; };", 7 },
        { "bit-fields that straddle", "struct t { u8 a; u32 b:7, c:12, d:25; u64 e:39; u16 pad[2]; } __attribute__((packed));", 6 },
        { "bit-fields in anonymous structs and unions", "struct t { u16 a; union { u32 b; struct { u32 c:4, d:28; }; }; struct { u8 e:1, f:1; }; };", 6 },
        { "bit-fields without a name", "struct t { u32 a:3, :5, b:4; u32 :0; u32 c:2; };", 3 },
        { "a member called like the storage of bit-fields", "struct t { u8 _bits0; u32 a:3; };", 2 },
        { "a flexible array", "struct in { u32 x; u16 y; }; struct t { u32 n; struct in tail[]; };", 2 + 2 },
        { "flexible text", "struct t { u64 n; u8 m; char tail[]; };", 3 },
        { "a flexible array of arrays", "struct t { u64 n; u32 tail[][3]; };", 2 },
        { "members without size", "struct none { }; struct t { u32 a; struct none b; struct { struct none c; u32 d[]; }; };", 2 },
        {
            "keywords", """
            struct string { u32 class, event, namespace, object, out, params, ref, value, field, record, nint, checked; };
            enum decimal { abstract, readonly, as = 9 };
            struct t { struct string event; enum decimal lock; u32 is[2]; u32 override:3, var:2; u8 base[]; };
            """, 6 + 12
        },
        {
            "members called like what C# has there already", """
            struct t { u32 t; u32 t_; u32 Equals; u32 GetHashCode; u32 ToString:3, GetType:2; u32 MemberwiseClone; u32 ReferenceEquals; u32 Finalize[]; };
            """, 9
        },
    };

    [Theory]
    [MemberData(nameof(Structs))]
    public void The_runtime_agrees_with_bpftool(string what, string c, int members)
    {
        string kind = what.Contains("union itself", StringComparison.Ordinal) ? "union" : "struct";
        CompiledSkeleton skeleton = CompiledSkeleton.From($"{c}\nEXPORT({kind} t, t);");
        Assert.Equal(members, Layout.Verify(skeleton.Btf, skeleton.Btf.Tag("t"), skeleton.Nested("t")));
    }

    [Fact]
    public void A_wrong_offset_would_be_seen()
    {
        // Proof that the measure measures: a struct that lies about one offset.
        CompiledSkeleton skeleton = CompiledSkeleton.From("struct t { u32 a; u32 b; };\nEXPORT(struct t, t);");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Layout.Verify(skeleton.Btf, skeleton.Btf.Tag("t"), typeof(Liar)));
    }

    [Fact]
    public void Signedness_follows_c()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("""
            struct t { u8 a; s8 b; char c; s64 d; u64 e; _Bool f; float g; double h; __int128 i; unsigned __int128 j; s32 k:3; u32 l:3; void *m; };
            EXPORT(struct t, t);
            """);
        Type type = skeleton.Nested("t");
        string types = string.Join(' ', type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .OrderBy(member => member.Name)
            .Select(member => (member as FieldInfo)?.FieldType.Name ?? (member as PropertyInfo)?.PropertyType.Name)
            .Where(name => name is not null));
        Assert.Equal("Byte SByte Byte Int64 UInt64 Boolean Single Double Int128 UInt128 Int32 UInt32 UInt64", types);
    }

    [Fact]
    public void Signed_bit_fields_keep_their_sign_and_leave_their_neighbours_alone()
    {
        CompiledSkeleton skeleton = CompiledSkeleton.From("struct t { s32 a:3; s32 b:13; u32 c:16; };\nEXPORT(struct t, t);");
        Type type = skeleton.Nested("t");
        object value = Activator.CreateInstance(type)!;
        Set("a", -4);
        Set("b", 4095);
        Set("c", 0xabcdu);
        Set("b", -2);
        Assert.Equal([-4, -2, 0xabcdu], new[] { "a", "b", "c" }.Select(name => type.GetProperty(name)!.GetValue(value)));

        void Set(string name, object to) => type.GetProperty(name)!.SetValue(value, to);
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 8)]
    private struct Liar
    {
        [System.Runtime.InteropServices.FieldOffset(0)] public uint a;
        [System.Runtime.InteropServices.FieldOffset(2)] public uint b;
    }
}
