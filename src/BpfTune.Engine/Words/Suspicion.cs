using BpfTune.Sdk;

namespace BpfTune.Engine.Words;

/// <summary>A tunable that somebody seems to have set; judged when the writes have settled.</summary>
internal sealed class Suspicion(Tunable tunable, uint inode, TimeSpan now)
{
    public Tunable Tunable { get; } = tunable;

    /// <summary>Of the namespace concerned.</summary>
    public uint Inode { get; } = inode;

    /// <summary>Since when.</summary>
    public TimeSpan Since { get; set; } = now;

    /// <summary>When it is looked at next.</summary>
    public TimeSpan Due { get; set; } = now + WordWatch.Settling;

    /// <summary>The namespace, once it is known.</summary>
    public NetworkNamespace? Where { get; set; }

    /// <summary>Where the hint is; null when only the value tells.</summary>
    public WriteSlot? Slot { get; set; }

    /// <summary>A process that may be in the namespace.</summary>
    public uint Process { get; set; }

    /// <summary>Writes at the last look.</summary>
    public uint Writes { get; set; }

    /// <summary>How long a slot that does not come to rest is left alone after it was judged.</summary>
    public TimeSpan Pause { get; set; } = WordWatch.Settling;

    /// <summary>Whether it was judged by its state although the writes go on: tuning need not wait for their end.</summary>
    public bool IsJudged { get; set; }
}
