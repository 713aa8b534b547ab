using System.Numerics;
using System.Runtime.InteropServices;

namespace BpfTune.Engine.Tuning;

/// <summary>CRC-32C (RFC 3720, appendix B.4): finds every flip of up to three bits in a line, and all bursts up to 32 bits.</summary>
internal static class Crc32C
{
    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = bytes[..(bytes.Length & ~7)];
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(words))
            crc = BitOperations.Crc32C(crc, word);
        foreach (var one in bytes[words.Length..])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
