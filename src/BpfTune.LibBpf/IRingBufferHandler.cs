namespace BpfTune.LibBpf;

/// <summary>Takes the records of a ring buffer.</summary>
public interface IRingBufferHandler
{
    /// <summary>
    /// Called for each record on the thread that consumes, in the order of their submission. What it throws stops the
    /// consuming and is thrown by <see cref="RingBuffer.Consume()"/>; the record counts as consumed.
    /// </summary>
    /// <param name="record">The record, in the memory that the kernel wrote it to: valid during the call only.</param>
    void OnRecord(ReadOnlySpan<byte> record);
}
