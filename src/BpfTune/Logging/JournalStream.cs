using System.Globalization;

namespace BpfTune.Logging;

/// <summary>Whether standard error is read by systemd's journal (systemd.exec(5), JOURNAL_STREAM).</summary>
internal static class JournalStream
{
    /// <summary>Whether the variable, 'device:inode', names this descriptor. It may be inherited by a process whose standard error is something else.</summary>
    internal static bool Matches(string? variable, (ulong Device, ulong Inode)? descriptor)
    {
        if (variable is null || descriptor is not { } d)
            return false;
        var colon = variable.IndexOf(':');
        return colon > 0
            && ulong.TryParse(variable.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var device)
            && ulong.TryParse(variable.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
            && device == d.Device && inode == d.Inode;
    }
}
