using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The journal's lines as bytes and back. A line is a JSON object that begins with its number in the file and ends with
/// the CRC-32C of all before that member: <c>{"line":7,…,"crc":"0123abcd"}</c>.
/// </summary>
internal static class JournalText
{
    private const int DigitCount = 8;

    private static ReadOnlySpan<byte> Mark => ",\"crc\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    private static int TrailerLength => Mark.Length + DigitCount + End.Length;

    /// <summary>The line of a record, with its line end.</summary>
    internal static byte[] Format(JournalRecord record, long line)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record with { Line = line }, JournalJson.Readable.JournalRecord);
        var body = json.AsSpan(..^1);
        return [.. body, .. Mark, .. Digits(body), .. End, (byte)'\n'];
    }

    /// <summary>A line whose checksum is right; null when it is not, or when there is none.</summary>
    internal static JournalRecord? Read(ReadOnlySpan<byte> line)
    {
        if (line.Length <= TrailerLength || !line.EndsWith(End))
            return null;
        var body = line[..^TrailerLength];
        var trailer = line[body.Length..];
        if (!trailer.StartsWith(Mark) || !trailer[Mark.Length..^End.Length].SequenceEqual(Digits(body)))
            return null;
        byte[] json = [.. body, (byte)'}'];
        return Parse(json, JournalJson.Readable) is { Line: > 0 } record ? record : null;
    }

    /// <summary>A line of a version that wrote no checksums.</summary>
    internal static JournalRecord? ReadPlain(ReadOnlySpan<byte> line) =>
        Parse(line, JournalJson.Strict) is { Line: null } record ? record : null;

    /// <summary>Whether this is how a line of that number begins, as far as it goes: then it was cut short, not damaged.</summary>
    internal static bool IsBeginning(ReadOnlySpan<byte> text, long line)
    {
        var begin = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"line\":{line},\"seq\":"));
        return text.Length <= begin.Length ? begin.AsSpan().StartsWith(text) : text.StartsWith(begin) && text.IndexOfAny((byte)0, (byte)'\n') < 0;
    }

    private static byte[] Digits(ReadOnlySpan<byte> body) =>
        Encoding.ASCII.GetBytes(Crc32C.Of(body).ToString("x8", CultureInfo.InvariantCulture));

    private static JournalRecord? Parse(ReadOnlySpan<byte> json, JournalJson form)
    {
        try
        {
            return JsonSerializer.Deserialize(json, form.JournalRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
