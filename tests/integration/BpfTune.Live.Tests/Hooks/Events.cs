using System.Runtime.InteropServices;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Live.Tests.Hooks;

/// <summary>Keeps all records of a ring buffer.</summary>
internal sealed class Events : IRingBufferHandler
{
    internal List<byte[]> Records { get; } = [];

    internal IEnumerable<EventHeader> Headers => Records.Select(r => MemoryMarshal.Read<EventHeader>(r));

    public void OnRecord(ReadOnlySpan<byte> record) => Records.Add(record.ToArray());
}
