using System.Buffers.Binary;
using System.Text;

namespace BpfTune.Skeletons.Elf;

/// <summary>
/// The sections and functions of a BPF object. BTF alone does not tell a program from a subprogram: that is in the section a function
/// lies in. Layout: elf(5), 64-bit, little-endian.
/// </summary>
internal sealed class ElfFile
{
    private const int FileHeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const ushort MachineBpf = 247;
    private const uint SymbolTable = 2;
    private const ulong FlagExecutable = 4;
    private const int SymbolFunction = 2;
    private const int FirstReservedSection = 0xff00;

    private ElfFile(ElfSection[] sections, ElfFunction[] functions)
    {
        Sections = sections;
        Functions = functions;
    }

    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>In the order of the file: by section, then by offset.</summary>
    public IReadOnlyList<ElfFunction> Functions { get; }

    public bool HasSection(string name) => Sections.Any(section => section.Name == name);

    /// <exception cref="SkeletonException">The file cannot be read or is not a BPF object.</exception>
    public static ElfFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SkeletonException(ErrorCode.File, $"cannot read the object: {exception.Message}");
        }
    }

    /// <exception cref="SkeletonException">The bytes are not a BPF object.</exception>
    public static ElfFile Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeaderSize || !file.StartsWith("\u007fELF"u8))
            throw Bad("not an ELF file");
        if (file[4] != 2 || file[5] != 1)
            throw Bad("not a little-endian 64-bit ELF file; compile it with '-target bpf' or 'bpfel'");
        if (BinaryPrimitives.ReadUInt16LittleEndian(file[18..]) != MachineBpf)
            throw Bad("an ELF file, but not for BPF; compile it with '-target bpf'");
        if (BinaryPrimitives.ReadUInt16LittleEndian(file[58..]) != SectionHeaderSize)
            throw Bad("damaged: its section headers have an unknown size");

        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[60..]);
        int nameTable = BinaryPrimitives.ReadUInt16LittleEndian(file[62..]);
        ReadOnlySpan<byte> headers = Slice(file, BinaryPrimitives.ReadUInt64LittleEndian(file[40..]), (ulong)count * SectionHeaderSize);
        ReadOnlySpan<byte> names = Content(file, headers, nameTable);

        ElfSection[] sections = new ElfSection[count];
        List<ElfFunction> functions = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = headers.Slice(i * SectionHeaderSize, SectionHeaderSize);
            string name = Text(names, BinaryPrimitives.ReadUInt32LittleEndian(header));
            sections[i] = new ElfSection(name, (BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) & FlagExecutable) != 0);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == SymbolTable)
            {
                int stringTable = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);
                AddFunctions(functions, count, Content(file, headers, i), Content(file, headers, stringTable));
            }
        }

        return new ElfFile(sections, [.. functions.OrderBy(function => function.Section).ThenBy(function => function.Offset)]);
    }

    private static void AddFunctions(List<ElfFunction> functions, int sections, ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> names)
    {
        for (; symbols.Length >= SymbolSize; symbols = symbols[SymbolSize..])
        {
            byte info = symbols[4];
            int section = BinaryPrimitives.ReadUInt16LittleEndian(symbols[6..]);
            if ((info & 0xf) != SymbolFunction || section is 0 or >= FirstReservedSection)
                continue;
            if (section >= sections)
                throw Bad("damaged: it refers to a section that it does not have");
            functions.Add(new ElfFunction(
                Text(names, BinaryPrimitives.ReadUInt32LittleEndian(symbols)),
                section,
                BinaryPrimitives.ReadUInt64LittleEndian(symbols[8..]),
                IsStatic: info >> 4 == 0));
        }
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> file, ReadOnlySpan<byte> headers, int index)
    {
        if ((uint)index >= (uint)(headers.Length / SectionHeaderSize))
            throw Bad("damaged: it refers to a section that it does not have");
        ReadOnlySpan<byte> header = headers.Slice(index * SectionHeaderSize, SectionHeaderSize);
        return Slice(file, BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), BinaryPrimitives.ReadUInt64LittleEndian(header[32..]));
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> file, ulong offset, ulong length)
    {
        if (offset > (ulong)file.Length || length > (ulong)file.Length - offset)
            throw Bad("damaged: it ends before its sections do");
        return file.Slice((int)offset, (int)length);
    }

    private static string Text(ReadOnlySpan<byte> names, uint offset)
    {
        if (offset >= (uint)names.Length)
            throw Bad("damaged: a name lies outside its string table");
        ReadOnlySpan<byte> rest = names[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static SkeletonException Bad(string what) => new(ErrorCode.NotAnObject, what);
}
