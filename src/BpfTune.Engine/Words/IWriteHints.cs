namespace BpfTune.Engine.Words;

/// <summary>The kernel's hints of who writes what; the tests put a table in its place.</summary>
internal interface IWriteHints
{
    /// <summary>Whether writes are seen at all: another program may hold the hook for itself.</summary>
    bool IsWatching { get; }

    /// <summary>Called by <see cref="Drain"/> for each sysctl that was written: path below /proc/sys, slot, and a process that may be there.</summary>
    Action<string, WriteSlot, uint>? Written { get; set; }

    /// <summary>Called by <see cref="Drain"/> when writes found no room: how many since the start.</summary>
    Action<long>? Lost { get; set; }

    /// <summary>Tells of writes of this sysctl from now on.</summary>
    void Watch(string path);

    /// <summary>Tells of them no longer.</summary>
    void Ignore(string path);

    /// <summary>Hands out what was written since the last call.</summary>
    void Drain();

    /// <summary>What is known of the writes of a slot; null for nothing.</summary>
    WriteHint? Find(in WriteSlot slot);

    /// <summary>Starts a slot afresh: the next write there is told of again.</summary>
    void Clear(in WriteSlot slot);
}
