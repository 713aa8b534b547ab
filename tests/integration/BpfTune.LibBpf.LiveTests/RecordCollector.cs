using System.Runtime.InteropServices;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>Counts records and checks that they come in order; throws at one of them if asked to.</summary>
internal sealed class RecordCollector : IRingBufferHandler
{
    internal int Count { get; private set; }

    internal ulong Next { get; set; }

    internal bool InOrder { get; private set; } = true;

    internal ulong? ThrowAt { get; set; }

    /// <summary>The first 500 numbers.</summary>
    internal HashSet<ulong> Seen { get; } = new(512);

    public void OnRecord(ReadOnlySpan<byte> record)
    {
        var sequence = MemoryMarshal.Read<ulong>(record);
        InOrder &= sequence == Next && record.Length == 48
            && MemoryMarshal.Read<ulong>(record[8..]) == 0x1122334455667788;
        Next = sequence + 1;
        Count++;
        if (Seen.Count < 500)
            Seen.Add(sequence);
        if (sequence == ThrowAt)
            throw new InvalidOperationException($"record {sequence} is not wanted");
    }
}
