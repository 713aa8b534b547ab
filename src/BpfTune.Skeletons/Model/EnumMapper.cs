using System.Globalization;
using BpfTune.Skeletons.Btf;
using BpfTune.Skeletons.CSharp;

namespace BpfTune.Skeletons.Model;

/// <summary>From a BTF enum to a C# enum of the same size.</summary>
internal static class EnumMapper
{
    /// <exception cref="SkeletonException">The enum has no C# form.</exception>
    public static EnumModel Map(BtfType type, string name, string what)
    {
        // BTF_KIND_ENUM holds 32 bits per value: compilers before LLVM 15 cut larger ones off without a word.
        if (type is { Kind: BtfKind.Enum, Size: > 4 })
            throw TypeMapper.Refuse(what, $"{type.Describe()} has 64-bit values, which only clang 15 and newer write to BTF");

        bool signed = IsSigned(type);
        string underlying = (type.Size, signed) switch
        {
            (1, false) => "byte",
            (1, true) => "sbyte",
            (2, false) => "ushort",
            (2, true) => "short",
            (4, false) => "uint",
            (4, true) => "int",
            (8, false) => "ulong",
            (8, true) => "long",
            _ => throw TypeMapper.Refuse(what, $"{type.Describe()} has {type.Size} bytes"),
        };

        NameScope scope = new(type.Enumerators.Select(enumerator => enumerator.Name), "value__");
        return new EnumModel(name, type.Describe(), underlying, [.. type.Enumerators.Select(Member)]);

        (string Name, string Value) Member(BtfEnumerator enumerator) =>
            (scope.Give(enumerator.Name, $"{type.Describe()}, member {enumerator.Name}"), Literal(type, enumerator.Bits, signed));
    }

    /// <summary>
    /// BTF of compilers before LLVM 15 calls every enum unsigned, so -1 arrives as 4294967295. An enumerator of ISO C is an int: read as
    /// one, a value above INT_MAX was negative. So the same source gives the same C# whatever the compiler.
    /// </summary>
    public static bool IsSigned(BtfType type) =>
        type.Encoding == "SIGNED" || (type.Kind == BtfKind.Enum && type.Enumerators.Any(enumerator => (int)enumerator.Bits < 0));

    private static string Literal(BtfType type, ulong bits, bool signed) => (type.Kind, signed) switch
    {
        (BtfKind.Enum, true) => ((int)bits).ToString(CultureInfo.InvariantCulture),
        (_, true) => ((long)bits).ToString(CultureInfo.InvariantCulture),
        _ => bits.ToString(CultureInfo.InvariantCulture),
    };
}
