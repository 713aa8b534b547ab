using System.Text.Json;

namespace BpfTune.Engine.Tuning;

/// <summary>The journal's lines as bytes and back.</summary>
internal static class JournalText
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    internal static byte[] Format(JournalRecord record) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(record, JournalJson.Readable.JournalRecord), .. LineEnd];

    /// <summary>
    /// Reads every line that is a record. A line cut short by a crash or a full disk is skipped and counted, wherever it
    /// stands.
    /// </summary>
    internal static List<JournalRecord> Parse(ReadOnlySpan<byte> text, out int skipped)
    {
        var records = new List<JournalRecord>();
        skipped = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].Trim((byte)0);
            if (line.IsEmpty)
                continue;
            if (ParseLine(line) is { } record)
                records.Add(record);
            else
                skipped++;
        }

        return records;
    }

    private static JournalRecord? ParseLine(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Readable.JournalRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
