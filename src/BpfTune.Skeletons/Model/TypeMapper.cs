using BpfTune.Skeletons.Btf;
using BpfTune.Skeletons.CSharp;

namespace BpfTune.Skeletons.Model;

/// <summary>Gives each BTF type its C# form, and collects the types that must be declared for it.</summary>
internal sealed class TypeMapper
{
    /// <summary>The runtime refuses to load a larger inline array (FIELD_OFFSET_LAST_REAL_OFFSET of CoreCLR).</summary>
    private const long MaxArrayBytes = 1 << 20;

    private readonly BtfTypes _types;
    private readonly StructMapper _structs;
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<string, BtfType> _owners = [];
    private readonly HashSet<string> _reserved;
    private readonly List<StructModel> _declaredStructs = [];
    private readonly List<EnumModel> _declaredEnums = [];
    private readonly HashSet<ArrayModel> _arrays = [];

    public TypeMapper(BtfTypes types, string className)
    {
        _types = types;
        _structs = new StructMapper(types, this);
        _reserved = [className, .. SkeletonWriter.ReservedTypeNames, .. NameScope.ObjectMembers];
    }

    public IReadOnlyList<StructModel> Structs => _declaredStructs;

    public IReadOnlyList<EnumModel> Enums => _declaredEnums;

    public IReadOnlyList<ArrayModel> Arrays => [.. _arrays.OrderBy(array => array.IsText).ThenBy(array => array.Length)];

    /// <summary>The C# type, as written in source.</summary>
    /// <param name="id">A BTF type.</param>
    /// <param name="fallbackName">What to call it when C gives it no name.</param>
    /// <param name="what">What has this type, for messages.</param>
    /// <exception cref="SkeletonException">The type has no C# form.</exception>
    public string Map(int id, string fallbackName, string what)
    {
        BtfType type = _types.Resolve(id, out string? typedefName);
        return type.Kind switch
        {
            BtfKind.Int => Integer(type, what),
            BtfKind.Float => Float(type, what),
            BtfKind.Ptr => "ulong",
            BtfKind.Array => Array(type, fallbackName, what),
            BtfKind.Struct or BtfKind.Union => Struct(type, typedefName ?? fallbackName, what),
            BtfKind.Enum or BtfKind.Enum64 => Enumeration(type, typedefName ?? fallbackName, what),
            BtfKind.Fwd => throw Refuse(what, $"'{type.Name}' is declared but not defined in this object"),
            _ => throw Refuse(what, $"{type.Describe()} has no C# form"),
        };
    }

    /// <summary>Bytes.</summary>
    public long SizeOf(int id)
    {
        BtfType type = _types.Resolve(id);
        return type.Kind switch
        {
            BtfKind.Ptr => 8,
            BtfKind.Array => type.Elements * SizeOf(type.TypeId),
            _ => type.Size,
        };
    }

    public static SkeletonException Refuse(string what, string why) => new(ErrorCode.Type, $"{what}: {why}");

    private static string Integer(BtfType type, string what)
    {
        if (type.Bits != type.Size * 8)
            throw Refuse(what, $"'{type.Name}' is an integer of {type.Bits} bits in {type.Size} bytes");
        if (type.Encoding == "BOOL" && type.Size == 1)
            return "bool";

        // Whether plain char is signed depends on the machine; what it holds is bytes of text.
        bool signed = type.Encoding == "SIGNED" && type.Name != "char";
        return type.Size switch
        {
            1 => signed ? "sbyte" : "byte",
            2 => signed ? "short" : "ushort",
            4 => signed ? "int" : "uint",
            8 => signed ? "long" : "ulong",
            16 => signed ? "global::System.Int128" : "global::System.UInt128",
            _ => throw Refuse(what, $"'{type.Name}' is an integer of {type.Size} bytes"),
        };
    }

    private static string Float(BtfType type, string what) => type.Size switch
    {
        2 => "global::System.Half",
        4 => "float",
        8 => "double",
        _ => throw Refuse(what, $"'{type.Name}' is a floating-point number of {type.Size} bytes"),
    };

    private string Array(BtfType type, string fallbackName, string what)
    {
        if (type.Elements == 0)
            throw Refuse(what, "an array without a length is supported only as the last member of a struct");
        long bytes = type.Elements * SizeOf(type.TypeId);
        if (bytes > MaxArrayBytes)
            throw Refuse(what, $"an array of {bytes} bytes, and .NET allows {MaxArrayBytes}");

        int length = (int)type.Elements;
        if (IsText(type.TypeId))
        {
            _arrays.Add(new ArrayModel(length, IsText: true));
            return $"CharArray{length}";
        }

        string element = Map(type.TypeId, fallbackName, what);
        _arrays.Add(new ArrayModel(length, IsText: false));
        return $"Array{length}<{element}>";
    }

    private bool IsText(int id) => _types.Resolve(id) is { Kind: BtfKind.Int, Name: "char", Size: 1 };

    private string Struct(BtfType type, string fallbackName, string what)
    {
        if (_names.TryGetValue(type.Id, out string? known))
            return known;
        if (type.Size == 0)
            throw Refuse(what, $"{type.Describe()} is empty, and a C# struct has at least one byte");
        string name = Claim(type, fallbackName);
        _declaredStructs.Add(_structs.Map(type, name));
        return _names[type.Id];
    }

    private string Enumeration(BtfType type, string fallbackName, string what)
    {
        if (_names.TryGetValue(type.Id, out string? known))
            return known;
        string name = Claim(type, fallbackName);
        _declaredEnums.Add(EnumMapper.Map(type, name, what));
        return _names[type.Id];
    }

    private string Claim(BtfType type, string fallbackName)
    {
        string name = type.Name ?? fallbackName;
        if (!Identifier.IsValid(name))
            throw new SkeletonException(ErrorCode.Name, $"{type.Describe()} has a name that C# cannot say");
        while (_reserved.Contains(name) || SkeletonWriter.IsArrayName(name))
            name += "_";
        if (!_owners.TryAdd(name, type))
            throw new SkeletonException(ErrorCode.Name, $"{type.Describe()} and {_owners[name].Describe()} would both become {name}; rename one of them");
        _names.Add(type.Id, Identifier.Escape(name));
        return name;
    }
}
