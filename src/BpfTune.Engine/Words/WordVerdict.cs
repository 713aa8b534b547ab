using BpfTune.Sdk;

namespace BpfTune.Engine.Words;

/// <summary>What a value found, and the writes that led to it, amount to.</summary>
internal enum WordKind
{
    /// <summary>Nobody's word.</summary>
    None,

    /// <summary>Somebody has set it: the tuner stops there.</summary>
    Word,

    /// <summary>Somebody had set it in the moment in which we did, and our write came out on top: his is put back.</summary>
    Overwritten,

    /// <summary>Another tuner has set it.</summary>
    OtherTuner,

    /// <summary>The boot's own setting was applied again.</summary>
    BootValue,
}

/// <summary>The verdict.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="IsSeen">Whether the hint tells who did it.</param>
/// <param name="Value">Of <see cref="WordKind.Overwritten"/>: the value to put back.</param>
internal readonly record struct WordVerdict(WordKind Kind, bool IsSeen = false, TunableValue? Value = null);
