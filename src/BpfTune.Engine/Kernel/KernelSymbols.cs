using System.Text;

namespace BpfTune.Engine.Kernel;

/// <summary>Looks for names in /proc/kallsyms, which lists the functions of loadable modules too.</summary>
internal static class KernelSymbols
{
    internal const string DefaultPath = "/proc/kallsyms";

    /// <summary>
    /// Which of some names are symbols, and whether of a module. Reads the list once, in pieces: it has some hundred
    /// thousand lines. Null when the kernel keeps no such list.
    /// </summary>
    internal static Dictionary<string, bool>? Find(IReadOnlyCollection<string> names, string path = DefaultPath)
    {
        var wanted = names.Select(n => (Name: n, Bytes: Encoding.UTF8.GetBytes(n))).ToArray();
        var found = new Dictionary<string, bool>(StringComparer.Ordinal);
        try
        {
            using var file = File.OpenHandle(path);
            var buffer = new byte[64 * 1024];
            long offset = 0;
            var kept = 0;
            var lines = 0;
            while (RandomAccess.Read(file, buffer.AsSpan(kept), offset) is > 0 and var read)
            {
                offset += read;
                var text = buffer.AsSpan(0, kept + read);
                while (text.IndexOf((byte)'\n') is >= 0 and var end)
                {
                    Match(text[..end], wanted, found);
                    text = text[(end + 1)..];
                    lines++;
                }

                if (text.Length == buffer.Length)
                    return null; // A line of 64 KiB is no symbol.
                text.CopyTo(buffer);
                kept = text.Length;
            }

            return lines == 0 ? null : found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Match(ReadOnlySpan<byte> line, (string Name, byte[] Bytes)[] wanted, Dictionary<string, bool> found)
    {
        // ffffffff81000000 T tcp_sendmsg, and for a module's a tab and its name in brackets.
        var name = line[(line.IndexOf((byte)' ') + 1)..];
        name = name[(name.IndexOf((byte)' ') + 1)..];
        var tab = name.IndexOf((byte)'\t');
        var isModule = tab >= 0;
        if (isModule)
            name = name[..tab];
        foreach (var (text, bytes) in wanted)
        {
            if (name.SequenceEqual(bytes))
                found[text] = isModule && found.GetValueOrDefault(text, true);
        }
    }
}
