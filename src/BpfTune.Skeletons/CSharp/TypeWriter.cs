using BpfTune.Skeletons.Model;

namespace BpfTune.Skeletons.CSharp;

/// <summary>Writes the structs, enums and inline arrays that a skeleton declares.</summary>
internal sealed class TypeWriter(CodeWriter code)
{
    public void Enum(EnumModel model)
    {
        code.Summary($"{model.Description} in C.");
        code.Block($"public enum {Identifier.Escape(model.Name)} : {model.Underlying}", () =>
        {
            foreach ((string name, string value) in model.Members)
                code.Line($"{Identifier.Escape(name)} = {value},");
        });
    }

    public void Struct(StructModel model)
    {
        code.Summary($"{model.Description} in C, {model.Size} bytes.");
        code.Line($"[global::System.Runtime.InteropServices.StructLayout(global::System.Runtime.InteropServices.LayoutKind.Explicit, Size = {model.Size})]");
        code.Block($"public struct {Identifier.Escape(model.Name)}", () =>
        {
            foreach (FieldModel field in model.Fields)
                Field("public", field.Type, Identifier.Escape(field.Name), field.Offset);
            BitFields(model);
            foreach (FlexibleArrayModel array in model.FlexibleArrays)
                FlexibleArray(array);
        });
    }

    public void Array(ArrayModel model)
    {
        if (model.IsText)
            TextArray(model.Length);
        else
            PlainArray(model.Length);
    }

    private void Field(string access, string type, string name, int offset) =>
        code.Line($"[global::System.Runtime.InteropServices.FieldOffset({offset})] {access} {type} {name};");

    private void BitFields(StructModel model)
    {
        HashSet<string> taken = [.. model.Fields.Select(field => field.Name), .. model.BitFields.Select(field => field.Name), .. model.FlexibleArrays.Select(array => array.Name)];
        Dictionary<(int Offset, int Size), string> units = [];
        foreach (BitFieldModel field in model.BitFields)
        {
            (int, int) unit = (field.UnitOffset, field.UnitSize);
            if (units.ContainsKey(unit))
                continue;
            string name = $"_bits{units.Count}";
            while (!taken.Add(name))
                name += "_";
            units.Add(unit, name);
            Field("private", UnsignedOf(field.UnitSize), name, field.UnitOffset);
        }

        foreach (BitFieldModel field in model.BitFields)
            BitField(field, units[(field.UnitOffset, field.UnitSize)]);
    }

    private void BitField(BitFieldModel field, string unit)
    {
        ulong mask = field.Width == 64 ? ulong.MaxValue : (1UL << field.Width) - 1;
        string bits = $"((ulong){unit} >> {field.Shift}) & 0x{mask:x}UL";
        string get = field.Form switch
        {
            BitFieldForm.Boolean => $"({bits}) != 0",
            BitFieldForm.Signed => $"unchecked(({field.Type})((long)((({bits}) << {64 - field.Width})) >> {64 - field.Width}))",
            _ => $"unchecked(({field.Type})({bits}))",
        };
        string set = field.Form == BitFieldForm.Boolean ? "(value ? 1UL : 0UL)" : "(ulong)value";

        code.Separate();
        code.Summary(field.Width == 1 ? "1 bit." : $"{field.Width} bits.");
        code.Block($"public {field.Type} {Identifier.Escape(field.Name)}", () =>
        {
            code.Line($"readonly get => {get};");
            code.Line($"set => {unit} = unchecked(({UnsignedOf(field.UnitSize)})(((ulong){unit} & ~(0x{mask:x}UL << {field.Shift})) | (({set} & 0x{mask:x}UL) << {field.Shift})));");
        });
    }

    private void FlexibleArray(FlexibleArrayModel array)
    {
        code.Separate();
        code.Summary($"The elements that follow in a record which begins with this struct, from byte {array.Offset} to its end.");
        code.Line($"public static global::System.ReadOnlySpan<{array.ElementType}> {Identifier.Escape(array.Name)}(global::System.ReadOnlySpan<byte> record) =>");
        code.Line($"    global::System.Runtime.InteropServices.MemoryMarshal.Cast<byte, {array.ElementType}>(record.Slice({array.Offset}));");
    }

    private void PlainArray(int length)
    {
        code.Summary($"{length} elements in line; converts to a span.");
        code.Line($"[global::System.Runtime.CompilerServices.InlineArray({length})]");
        code.Block($"public struct Array{length}<T> where T : unmanaged", () => code.Line("private T _first;"));
    }

    private void TextArray(int length)
    {
        code.Summary($"char[{length}] in C: bytes in line; converts to a span.");
        code.Line($"[global::System.Runtime.CompilerServices.InlineArray({length})]");
        code.Block($"public struct CharArray{length}", () =>
        {
            code.Line("private byte _first;");
            code.Separate();
            code.Summary("The bytes before the first NUL; all of them if there is none.");
            code.Line("[global::System.Diagnostics.CodeAnalysis.UnscopedRef]");
            code.Block("public readonly global::System.ReadOnlySpan<byte> Text", () => code.Block("get", () =>
            {
                code.Line("global::System.ReadOnlySpan<byte> all = this;");
                code.Line("int end = global::System.MemoryExtensions.IndexOf(all, (byte)0);");
                code.Line("return end < 0 ? all : all.Slice(0, end);");
            }));
            code.Summary("The text with NULs after it. It must leave room for one.");
            code.Block($"public static CharArray{length} From(global::System.ReadOnlySpan<byte> text)", () =>
            {
                code.Line($"if (text.Length >= {length})");
                code.Line($"    throw new global::System.ArgumentException(\"the text is \" + text.Length + \" bytes long, and char[{length}] holds {length - 1}\", nameof(text));");
                code.Line($"CharArray{length} array = default;");
                code.Line("text.CopyTo(array);");
                code.Line("return array;");
            });
            code.Summary("The text, read as UTF-8.");
            code.Line("public override readonly string ToString() => global::System.Text.Encoding.UTF8.GetString(Text);");
        });
    }

    private static string UnsignedOf(int size) => size switch { 1 => "byte", 2 => "ushort", 4 => "uint", _ => "ulong" };
}
