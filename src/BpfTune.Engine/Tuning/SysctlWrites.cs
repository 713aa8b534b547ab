using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What a reported write amounts to.</summary>
internal static class SysctlWrites
{
    private const int MaximumText = 128;

    /// <summary>
    /// The value that a write leads to. A list may be written in part: the kernel sets the members given and keeps the
    /// rest (proc_dointvec, kernel/sysctl.c).
    /// </summary>
    internal static TunableValue Result(TunableValue old, TunableValue written)
    {
        if (written.Numbers.IsEmpty || written.Numbers.Length >= old.Numbers.Length)
            return written;
        return TunableValue.Of([.. written.Numbers, .. old.Numbers[written.Numbers.Length..]]);
    }

    /// <summary>The path below /proc/sys of a name in either form.</summary>
    internal static string PathOf(string name) => name.Contains('/') ? name : name.Replace('.', '/');

    /// <summary>A process may call itself anything, and a value may be any text: neither must forge a line of the log.</summary>
    internal static string Harmless(string text)
    {
        var shown = text.Length > MaximumText ? text[..MaximumText] : text;
        return shown.Any(char.IsControl) ? string.Concat(shown.Select(c => char.IsControl(c) ? ' ' : c)) : shown;
    }
}
