namespace BpfTune.LibBpf;

/// <summary>
/// A type's name as CO-RE compares it: 'sock___old' is a flavor of 'sock', one program's idea of the same kernel type.
/// As libbpf's bpf_core_essential_name_len() cuts it: at the last '___' between characters that are no underscores.
/// </summary>
internal static class EssentialName
{
    internal static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> name)
    {
        if (name.IndexOf("___"u8) < 0)
            return name;
        for (var i = name.Length - 5; i >= 0; i--)
        {
            if (name[i] != '_' && name.Slice(i + 1, 3).SequenceEqual("___"u8) && name[i + 4] != '_')
                return name[..(i + 1)];
        }

        return name;
    }
}
