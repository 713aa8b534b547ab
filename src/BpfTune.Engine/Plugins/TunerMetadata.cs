using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using BpfTune.Sdk;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// Reads what an assembly says of itself without loading it: what has once been loaded stays in the process for good,
/// so nothing unfit gets that far.
/// </summary>
internal static class TunerMetadata
{
    private const string ExportNamespace = "BpfTune.Sdk";
    private const string ExportName = nameof(TunerExportAttribute);

    /// <summary>
    /// In an assembly with machine code the header's machine is the architecture combined with this mark of Linux
    /// (docs/design/coreclr/botr/readytorun-format.md).
    /// </summary>
    private const ushort LinuxMark = 0x7b79;

    /// <summary>Why these bytes are no tuner for this machine and this interface; null when they are one.</summary>
    internal static string? WhyNot(ReadOnlyMemory<byte> content, Architecture machine, out bool precompiled)
    {
        precompiled = false;
        if (ExpectedLength(content.Span) is { } expected && expected > content.Length)
            return TunerRefusalText.CutShort(content.Length, expected);
        try
        {
            using var stream = new MemoryStream(content.ToArray(), writable: false);
            using var image = new PEReader(stream);
            var headers = image.PEHeaders;
            if (headers.CorHeader is not { } cor || !image.HasMetadata)
                return TunerRefusalText.NativeLibrary;
            precompiled = cor.ManagedNativeHeaderDirectory.Size > 0;
            return WrongMachine((ushort)headers.CoffHeader.Machine, machine) ?? WrongExport(image.GetMetadataReader());
        }
        catch (Exception e) when (e is BadImageFormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return content.Span.StartsWith("MZ"u8) ? TunerRefusalText.Damaged : TunerRefusalText.NotAnAssembly;
        }
    }

    /// <summary>Where the last section ends according to the headers (ECMA-335 II.25); null when they are not all there.</summary>
    private static long? ExpectedLength(ReadOnlySpan<byte> image)
    {
        const int SignatureOffset = 0x3c, CoffHeaderSize = 24, SectionHeaderSize = 40;
        if (!image.StartsWith("MZ"u8) || image.Length < SignatureOffset + 4)
            return null;
        var coff = BinaryPrimitives.ReadInt32LittleEndian(image[SignatureOffset..]);
        if (coff < 0 || coff > image.Length - CoffHeaderSize || !image[coff..].StartsWith("PE\0\0"u8))
            return null;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image[(coff + 6)..]);
        var sections = coff + CoffHeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(image[(coff + 20)..]);
        if (count == 0 || image.Length < sections + count * SectionHeaderSize)
            return null;
        long end = 0;
        for (var i = 0; i < count; i++)
        {
            var section = image[(sections + i * SectionHeaderSize)..];
            var size = BinaryPrimitives.ReadUInt32LittleEndian(section[16..]);
            var start = BinaryPrimitives.ReadUInt32LittleEndian(section[20..]);
            end = Math.Max(end, (long)start + size);
        }

        return end;
    }

    internal static string? WrongMachine(ushort header, Architecture machine)
    {
        var builtFor = Name(header) ?? Name((ushort)(header ^ LinuxMark));
        var here = machine switch
        {
            Architecture.X64 => "x86-64",
            Architecture.Arm64 => "arm64",
            _ => machine.ToString(),
        };
        // No architecture at all is what plain IL has (it says i386, by old custom).
        return builtFor == "" || builtFor == here ? null : TunerRefusalText.Architecture(builtFor ?? "another system", here);

        static string? Name(ushort value) => (Machine)value switch
        {
            Machine.I386 => "",
            Machine.Amd64 => "x86-64",
            Machine.Arm64 => "arm64",
            _ => null,
        };
    }

    private static string? WrongExport(MetadataReader metadata)
    {
        if (!metadata.IsAssembly)
            return TunerRefusalText.NotAnAssembly;
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (!IsExport(metadata, attribute))
                continue;
            var value = metadata.GetBlobReader(attribute.Value);
            // A prolog of 1, then the constructor's arguments (ECMA-335 II.23.3): the type's name, the version.
            if (value.ReadUInt16() != 1 || value.ReadSerializedString() is null)
                return TunerRefusalText.NoExport;
            var builtAgainst = value.ReadInt32();
            return builtAgainst == TunerExportAttribute.InterfaceVersion
                ? null
                : TunerRefusalText.InterfaceVersion(builtAgainst, TunerExportAttribute.InterfaceVersion);
        }

        return TunerRefusalText.NoExport;
    }

    private static bool IsExport(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
            return false;
        var parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference)
            return false;
        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return metadata.StringComparer.Equals(type.Name, ExportName) && metadata.StringComparer.Equals(type.Namespace, ExportNamespace);
    }
}
