using System.Buffers.Binary;
using BpfTune.Skeletons.Elf;
using BpfTune.Skeletons.Tests.Support;

namespace BpfTune.Skeletons.Tests;

/// <summary>What has no C# form stops the build with one line that says what and why.</summary>
public sealed class RefusalTests
{
    private const string Program = "SEC(\"socket\") int prog(void *context) { return 0; }\n";

    public static TheoryData<string, string, string> Refused { get; } = new()
    {
        {
            "struct in; struct t { u32 a; struct in { } b[1]; struct { u32 x[0]; u32 y; } c; };\nEXPORT(struct t, t);",
            "BTS007", "struct t, member b: struct in is empty, and a C# struct has at least one byte"
        },
        { "struct t { };\nEXPORT(struct t, t);", "BTS007", "variable __export_t: struct t is empty, and a C# struct has at least one byte" },
        { "struct t;\nEXPORT(struct t, t);", "BTS007", "variable __export_t exports nothing: it must be a pointer to a complete struct, union or enum" },
        { "u32 __export_x;", "BTS007", "variable __export_x exports nothing: it must be a pointer to a complete struct, union or enum" },
        {
            "struct t { u8 a:4; u64 b:61; u8 c:7; u64 d:8; } __attribute__((packed));\nEXPORT(struct t, t);",
            "BTS007", "struct t, member b: no integer of 8 bytes or less inside the struct covers its 61 bits"
        },
        { "char buffer[2 << 20];", "BTS007", "variable buffer: an array of 2097152 bytes, and .NET allows 1048576" },
        { "u32 nothing[0] SEC(\".bss\");", "BTS007", "variable nothing: an array without a length is supported only as the last member of a struct" },
        {
            "typedef struct { u32 x; } t; struct t { t a; };\nEXPORT(struct t, t);",
            "BTS008", "struct (anonymous) and struct t would both become t; rename one of them"
        },
        { "u32 with$dollar SEC(\".bss\");", "BTS008", "variable with$dollar has a name that C# cannot say" },
        { "struct { u32 x; } m SEC(\".maps\");", "BTS006", "map m has no __uint(type, BPF_MAP_TYPE_…)" },
        { "struct { int type; } m SEC(\".maps\");", "BTS006", "map m: 'type' is not written with __uint" },
        { "struct { __uint(type, HASH); u32 key; } m SEC(\".maps\");", "BTS006", "map m: 'key' is not written with __type" },
        { "int m SEC(\".maps\");", "BTS006", "map m is not a struct of __uint and __type members" },
        { "struct { u32 type; } m SEC(\"maps\");", "BTS006", "the object has maps in section 'maps', which libbpf 1.0 no longer knows; define them with __uint and __type in SEC(\".maps\")" },
        { "struct { void *a; } ops SEC(\".struct_ops\");", "BTS006", "the object has a section '.struct_ops', and struct_ops maps are not supported" },
        {
            "static SEC(\"socket\") int hidden(void *context) { return 0; }",
            "BTS005", "program hidden in section 'socket' is static, and libbpf loads only global ones; remove 'static'"
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void One_line_says_what_and_why(string c, string code, string message)
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, Program + c);
        string outputPath = directory.File("out.cs");

        (int exitCode, string output, string error) = Tool.Generate(objectPath, outputPath);

        Assert.Equal(($"{objectPath} : error {code}: {message}\n", "", 1), (error, output, exitCode));
        Assert.False(File.Exists(outputPath));
    }

    [Fact]
    public void An_object_without_btf()
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, Program, "-target", "bpf", "-O2");
        AssertRefused(objectPath, "BTS003", "the object has no BTF; compile it with -g, and strip it with 'llvm-strip -g', not plain 'strip'");
    }

    [Fact]
    public void An_object_for_another_machine()
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, "int x;", "-target", "x86_64-linux-gnu", "-g");
        AssertRefused(objectPath, "BTS002", "an ELF file, but not for BPF; compile it with '-target bpf'");
    }

    [Fact]
    public void An_object_of_the_other_byte_order()
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, Program, "-target", "bpfeb", "-g", "-O2");
        AssertRefused(objectPath, "BTS002", "not a little-endian 64-bit ELF file; compile it with '-target bpf' or 'bpfel'");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not an object at all, but long enough to hold the header of one if it were")]
    public void Something_else(string content)
    {
        using TestDirectory directory = new();
        string objectPath = directory.File("test.bpf.o");
        File.WriteAllText(objectPath, content);
        AssertRefused(objectPath, "BTS002", "not an ELF file");
    }

    [Fact]
    public void A_truncated_object_at_any_length()
    {
        using TestDirectory directory = new();
        string objectPath = Clang.Compile(directory, Program);
        byte[] whole = File.ReadAllBytes(objectPath);
        for (int length = 64; length < whole.Length; length += 61)
        {
            File.WriteAllBytes(objectPath, whole[..length]);
            AssertRefused(objectPath, "BTS002", "damaged: it ends before its sections do");
        }
    }

    [Fact]
    public void A_damaged_object_never_crashes_the_reader()
    {
        using TestDirectory directory = new();
        byte[] whole = File.ReadAllBytes(Clang.Compile(directory, Program));
        int sectionHeaders = (int)BinaryPrimitives.ReadUInt64LittleEndian(whole.AsSpan(40));
        Random random = new(1);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = 0; i <= round % 3; i++)
                damaged[random.Next(2) == 0 ? random.Next(16, 64) : random.Next(sectionHeaders, whole.Length)] = (byte)random.Next(256);
            if (Record.Exception(() => ElfFile.Parse(damaged)) is { } exception)
            {
                Assert.IsType<SkeletonException>(exception);
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 20_000);
    }

    [Fact]
    public void A_missing_object()
    {
        using TestDirectory directory = new();
        string objectPath = directory.File("gone.bpf.o");
        AssertRefused(objectPath, "BTS009", $"cannot read the object: Could not find file '{objectPath}'.");
    }

    private static void AssertRefused(string objectPath, string code, string message)
    {
        (int exitCode, _, string error) = Tool.Generate(objectPath, objectPath + ".cs");
        Assert.Equal(($"{objectPath} : error {code}: {message}\n", 1), (error, exitCode));
        Assert.False(File.Exists(objectPath + ".cs"));
    }
}
