using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Settings;

/// <summary>
/// Reads a settings file without trusting that it is one: what is not an ordinary file is not even opened, since a pipe
/// would keep the daemon waiting and a device may act upon being opened.
/// </summary>
internal static class SettingsFile
{
    /// <summary>Bytes. A thousand tuners and directories take less.</summary>
    internal const int Largest = 1 << 20;

    /// <summary>Reads it all as text.</summary>
    /// <returns>The text; or what is wrong with the file; neither when there is none.</returns>
    internal static (string? Text, SettingsProblem? Problem) Read(string path)
    {
        // A file that is not read may hold anything; of what is no file that can be said of the main one alone.
        var isMain = Path.GetFileName(path) == SettingsFiles.MainName;
        using var place = Open(path, Interop.OpenPathOnly, out var errno);
        if (place is null)
        {
            return errno switch
            {
                Interop.NotFound when IsLink(path) => (null, new SettingsProblem(path, 0, "is a link to a file that is not there", isMain)),
                Interop.NotFound or Interop.NotADirectory => (null, null),
                _ => (null, new SettingsProblem(path, 0, CannotRead(errno), MayLimit: true)),
            };
        }

        if (Interop.Kind((int)place.DangerousGetHandle()) is { } kind and not Interop.KindRegular)
            return (null, new SettingsProblem(path, 0, $"is not read: it is {Kind(kind)}, not a file", isMain));

        // The very file that was looked at, whatever the name leads to by now.
        using var file = Open($"/proc/self/fd/{(int)place.DangerousGetHandle()}", Interop.OpenReadOnly | Interop.OpenNonBlocking, out errno);
        if (file is null)
            return (null, new SettingsProblem(path, 0, CannotRead(errno), MayLimit: true));
        try
        {
            var bytes = new byte[Largest + 1];
            var length = 0;
            while (length < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(length), length) is > 0 and var count)
                length += count;
            return length > Largest
                ? (null, new SettingsProblem(path, 0, "is not read: it is larger than 1 MiB, as no settings file is", MayLimit: true))
                : Decode(path, bytes.AsSpan(0, length), isMain);
        }
        catch (IOException e)
        {
            return (null, new SettingsProblem(path, 0, $"cannot be read ({e.Message})", MayLimit: true));
        }
    }

    /// <summary>UTF-8, or UTF-16 if a mark at its beginning says so; bytes that are neither are kept as question marks.</summary>
    internal static (string? Text, SettingsProblem? Problem) Decode(string path, ReadOnlySpan<byte> bytes, bool isMain)
    {
        var text = bytes switch
        {
            [0xFF, 0xFE, .. var rest] when rest.Length >= 2 && rest.Length % 2 == 0 => Encoding.Unicode.GetString(rest),
            [0xFE, 0xFF, .. var rest] when rest.Length >= 2 && rest.Length % 2 == 0 => Encoding.BigEndianUnicode.GetString(rest),
            [0xEF, 0xBB, 0xBF, .. var rest] => Encoding.UTF8.GetString(rest),
            _ => Encoding.UTF8.GetString(bytes),
        };
        var strange = text.AsSpan().IndexOfAny(s_notText);
        if (strange < 0)
            return (text, null);
        // A file system that was cut off leaves zeros where text was: what they were is not known.
        var isDamaged = text.AsSpan().IndexOfAny(s_notText.AsSpan(1)) < 0;
        var line = text.AsSpan(0, strange).Count('\n') + 1;
        return (null, new SettingsProblem(path, line, $"the file is not read: it is not text (there is a byte {(int)text[strange]} in this line)", isMain || isDamaged));
    }

    // Zero first; all control characters but tabs and what ends a line or page.
    private static readonly string s_notText = string.Concat(
        Enumerable.Range(0, 32).Select(c => (char)c).Where(c => c is not ('\t' or '\n' or '\v' or '\f' or '\r')));

    private static SafeFileHandle? Open(string path, int flags, out int errno)
    {
        var fd = Interop.Open(path, flags | Interop.OpenCloseOnExec | Interop.OpenNoTerminal, 0);
        errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static string CannotRead(int errno) => $"cannot be read ({new Win32Exception(errno).Message})";

    private static string Kind(int kind) => kind switch
    {
        0x1000 => "a pipe",
        0x2000 or 0x6000 => "a device",
        0x4000 => "a directory",
        0xC000 => "a socket",
        _ => string.Create(CultureInfo.InvariantCulture, $"of kind {kind}"),
    };
}
