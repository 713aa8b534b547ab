using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace BpfTune.Skeletons.Tests.Support;

/// <summary>Measures types as the runtime lays them out, and compares them with BTF.</summary>
internal static class Layout
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Asserts size and every member, nested ones too.</summary>
    /// <returns>How many members were compared.</returns>
    public static int Verify(BtfDump btf, JsonNode aggregate, Type type)
    {
        Assert.Equal((int)aggregate["size"]!, SizeOf(type));
        int members = VerifyMembers(btf, aggregate, type, 0);
        int declared = type.GetFields(Public).Length + type.GetProperties(Public).Length
            + type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Length;
        Assert.Equal(declared, OwnMembers(btf, aggregate));
        return members;
    }

    /// <summary>Bytes, as the runtime counts them.</summary>
    public static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    /// <summary>Where the runtime puts the field: the difference of two addresses.</summary>
    public static int OffsetOf(FieldInfo field)
    {
        DynamicMethod method = new("Offset", typeof(int), Type.EmptyTypes, typeof(Layout).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        LocalBuilder local = il.DeclareLocal(field.DeclaringType!);
        il.Emit(OpCodes.Ldloca, local);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Ldloca, local);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Conv_I4);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<int>>()();
    }

    /// <summary>The bytes of a boxed struct.</summary>
    public static byte[] Bytes(object value) =>
        (byte[])typeof(Layout).GetMethod(nameof(BytesOf), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(value.GetType()).Invoke(null, [value])!;

    private static byte[] BytesOf<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static int OwnMembers(BtfDump btf, JsonNode aggregate) => aggregate["members"]!.AsArray().Sum(member => btf.Resolve(member!) switch
    {
        var inner when (string)member!["name"]! == "(anon)" => BtfDump.IsAggregate(inner) ? OwnMembers(btf, inner) : 0,
        var inner => BtfDump.IsAggregate(inner) && btf.Size(inner) == 0 ? 0 : 1,
    });

    private static int VerifyMembers(BtfDump btf, JsonNode aggregate, Type type, int baseBits)
    {
        int count = 0;
        foreach (JsonNode? member in aggregate["members"]!.AsArray())
        {
            string name = (string)member!["name"]!;
            int bits = baseBits + (int)member["bits_offset"]!;
            JsonNode memberType = btf.Resolve(member);
            if (name == "(anon)")
                count += BtfDump.IsAggregate(memberType) ? VerifyMembers(btf, memberType, type, bits) : 0;
            else if ((int?)member["bitfield_size"] is > 0 and var width)
                count += VerifyBitField(Find(type.GetProperties(Public), name), bits, width);
            else if (BtfDump.Kind(memberType) == "ARRAY" && (int)memberType["nr_elems"]! == 0)
                count += VerifyFlexibleArray(btf, btf.Resolve(memberType), Find(type.GetMethods(), name), bits / 8);
            else if (btf.Size(memberType) > 0)
                count += VerifyField(btf, memberType, Find(type.GetFields(Public), name), bits / 8);
        }

        return count;
    }

    private static int VerifyField(BtfDump btf, JsonNode memberType, FieldInfo field, int offset)
    {
        Assert.Equal((field.Name, offset), (field.Name, OffsetOf(field)));
        return 1 + VerifyType(btf, memberType, field.FieldType);
    }

    private static int VerifyType(BtfDump btf, JsonNode cType, Type type)
    {
        Assert.Equal((type, btf.Size(cType)), (type, SizeOf(type)));
        if (BtfDump.IsAggregate(cType))
            return Verify(btf, cType, type);
        if (BtfDump.Kind(cType) != "ARRAY")
            return 0;
        Assert.Equal((int)cType["nr_elems"]!, type.GetCustomAttribute<InlineArrayAttribute>()!.Length);
        return VerifyType(btf, btf.Resolve(cType), type.GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Single().FieldType);
    }

    /// <summary>All ones, through the property, must set exactly the bits that BTF names; and be read back.</summary>
    private static int VerifyBitField(PropertyInfo property, int offset, int width)
    {
        object value = Activator.CreateInstance(property.DeclaringType!)!;
        Type plain = property.PropertyType.IsEnum ? Enum.GetUnderlyingType(property.PropertyType) : property.PropertyType;
        bool signed = plain == typeof(sbyte) || plain == typeof(short) || plain == typeof(int) || plain == typeof(long);
        object ones = plain == typeof(bool) ? true
            : Convert.ChangeType(signed ? -1L : width == 64 ? ulong.MaxValue : (object)((1UL << width) - 1), plain, null);
        if (property.PropertyType.IsEnum)
            ones = Enum.ToObject(property.PropertyType, ones);

        property.SetValue(value, ones);
        byte[] bytes = Bytes(value);
        Assert.Equal(Enumerable.Range(offset, width), Enumerable.Range(0, bytes.Length * 8).Where(bit => (bytes[bit / 8] >> (bit % 8) & 1) != 0));
        Assert.Equal(ones, property.GetValue(value));

        property.SetValue(value, Activator.CreateInstance(property.PropertyType));
        Assert.All(Bytes(value), static b => Assert.Equal(0, b));
        return 1;
    }

    private static int VerifyFlexibleArray(BtfDump btf, JsonNode element, MethodInfo method, int offset)
    {
        Type type = method.ReturnType.GetGenericArguments().Single();
        byte[] record = new byte[offset + (3 * btf.Size(element))];
        int length = (int)typeof(Layout).GetMethod(nameof(LengthOf), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [method, record])!;
        Assert.Equal(3, length);
        return 1 + VerifyType(btf, element, type);
    }

    private delegate ReadOnlySpan<T> Elements<T>(ReadOnlySpan<byte> record);

    private static int LengthOf<T>(MethodInfo method, byte[] record) => method.CreateDelegate<Elements<T>>()(record).Length;

    /// <summary>A name that C# needs for itself has underscores appended.</summary>
    private static T Find<T>(T[] members, string name)
        where T : MemberInfo =>
        members.SingleOrDefault(member => member.Name == name)
        ?? members.Where(member => member.Name.StartsWith(name, StringComparison.Ordinal) && member.Name[name.Length..].All(c => c == '_')).MaxBy(member => member.Name.Length)
        ?? throw new Xunit.Sdk.XunitException($"the C# struct has no {name}");
}
