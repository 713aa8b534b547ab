using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Words;

/// <summary>
/// Whose doing a value is. The value in the kernel decides; the hint says who, and tells what no value can show: that
/// somebody wrote the value that stands. A pure function.
/// </summary>
internal static class WordJudge
{
    /// <summary>Applies sysctl.d(5) at boot, and again when a package is installed.</summary>
    private const string BootSetter = "systemd-sysctl";

    /// <param name="known">The last value known; null when the tunable had not been seen there before the hint.</param>
    /// <param name="current">What the kernel has now that the writes have settled.</param>
    /// <param name="isExpected">Whether that is what is known (<see cref="KnownValues.IsExpected"/>).</param>
    /// <param name="hint">What was seen of the writes; null for nothing.</param>
    /// <param name="first">The value before our first change; null when we made none.</param>
    internal static WordVerdict Judge(
        KnownValue? known, TunableValue current, bool isExpected, WriteHint? hint, TunableValue? first)
    {
        if (hint is not { } seen || (seen.Count == 0 && seen.TunerPid == 0))
            return isExpected ? default : new WordVerdict(WordKind.Word);
        if (seen.Count == 0)
            return isExpected ? default : new WordVerdict(WordKind.OtherTuner, IsSeen: true);
        var written = TunableValue.Parse(seen.New);
        var stands = SysctlWrites.Result(current, written).Equals(current);
        if (seen.Command == BootSetter && stands && (first is null ? isExpected : current.Equals(first)))
            return new WordVerdict(WordKind.BootValue, IsSeen: true);
        if (!isExpected)
            return new WordVerdict(WordKind.Word, IsSeen: true);
        if (known is { Before: { } before } && seen.TimeNs <= known.Value.WrittenNs)
            return Crossed(before, current, written, seen.IsMixed);

        // Several different writes that end where they began are nobody's word. One that wrote the value which stands is:
        // it is to stay.
        return stands && !seen.IsMixed ? new WordVerdict(WordKind.Word, IsSeen: true) : default;
    }

    /// <summary>
    /// His write began before ours had ended, and ours is what stands. Either he wrote the same, or his was refused, or
    /// ours came out on top: his is tried again, and the kernel's answer tells.
    /// </summary>
    private static WordVerdict Crossed(TunableValue before, TunableValue current, TunableValue written, bool isMixed)
    {
        var his = SysctlWrites.Result(before, written);
        if (his.Equals(current))
            return new WordVerdict(WordKind.Word, IsSeen: true);
        return isMixed && his.Equals(before) ? default : new WordVerdict(WordKind.Overwritten, IsSeen: true, his);
    }
}
