using BpfTune.Skeletons.Btf;
using BpfTune.Skeletons.CSharp;

namespace BpfTune.Skeletons.Model;

/// <summary>Lays a BTF struct or union out as a C# struct with explicit offsets.</summary>
internal sealed class StructMapper(BtfTypes types, TypeMapper mapper)
{
    private static readonly int[] UnitSizes = [1, 2, 4, 8];

    /// <exception cref="SkeletonException">A member has no C# form.</exception>
    public StructModel Map(BtfType type, string name)
    {
        List<BtfMember> members = [];
        Flatten(type, 0, members);

        NameScope scope = new(members.Select(member => member.Name!), name);
        List<FieldModel> fields = [];
        List<BitFieldModel> bitFields = [];
        List<FlexibleArrayModel> flexibleArrays = [];
        foreach (BtfMember member in members)
        {
            string what = $"{type.Describe()}, member {member.Name}";
            BtfType memberType = types.Resolve(member.TypeId);
            if (mapper.SizeOf(member.TypeId) == 0 && memberType.Kind is BtfKind.Struct or BtfKind.Union)
                continue;
            string given = scope.Give(member.Name!, what);
            string fallback = $"{name}_{member.Name}";
            if (member.BitWidth > 0)
                bitFields.Add(BitField(type, member, given, mapper.Map(member.TypeId, fallback, what), what));
            else if (memberType is { Kind: BtfKind.Array, Elements: 0 })
                flexibleArrays.Add(new FlexibleArrayModel(given, mapper.Map(memberType.TypeId, fallback, what), member.BitOffset / 8));
            else
                fields.Add(new FieldModel(given, mapper.Map(member.TypeId, fallback, what), member.BitOffset / 8));
        }

        return new StructModel
        {
            Name = name,
            Description = type.Describe(),
            Size = type.Size,
            Fields = fields,
            BitFields = bitFields,
            FlexibleArrays = flexibleArrays,
        };
    }

    /// <summary>The members of anonymous structs and unions are the outer struct's own, as they are in C.</summary>
    private void Flatten(BtfType type, int bitOffset, List<BtfMember> members)
    {
        foreach (BtfMember member in type.Members)
        {
            if (member.Name is not null)
                members.Add(member with { BitOffset = bitOffset + member.BitOffset });
            else if (types.Resolve(member.TypeId) is { Kind: BtfKind.Struct or BtfKind.Union } inner)
                Flatten(inner, bitOffset + member.BitOffset, members);

            // What remains is an unnamed bit-field: padding.
        }
    }

    private BitFieldModel BitField(BtfType owner, BtfMember member, string name, string csharpType, string what)
    {
        BtfType type = types.Resolve(member.TypeId);
        (int offset, int size) = Unit(member.BitOffset, member.BitWidth, owner.Size)
            ?? throw TypeMapper.Refuse(what, $"no integer of 8 bytes or less inside the struct covers its {member.BitWidth} bits");
        BitFieldForm form = type switch
        {
            { Kind: BtfKind.Enum or BtfKind.Enum64 } => EnumMapper.IsSigned(type) ? BitFieldForm.Signed : BitFieldForm.Unsigned,
            { Encoding: "BOOL" } => BitFieldForm.Boolean,
            { Encoding: "SIGNED", Name: not "char" } => BitFieldForm.Signed,
            _ => BitFieldForm.Unsigned,
        };
        return new BitFieldModel(name, csharpType, form, member.BitOffset - (offset * 8), member.BitWidth, offset, size);
    }

    /// <summary>The smallest integer that covers the bits and lies within the struct, an aligned one if there is one.</summary>
    private static (int Offset, int Size)? Unit(int bitOffset, int width, int structSize)
    {
        foreach (bool aligned in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (int size in UnitSizes)
            {
                int offset = bitOffset / 8;
                if (aligned)
                    offset -= offset % size;
                if (bitOffset + width <= (offset + size) * 8 && offset + size <= structSize)
                    return (offset, size);
            }
        }

        return null;
    }
}
