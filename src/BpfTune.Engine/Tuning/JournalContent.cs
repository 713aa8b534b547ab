namespace BpfTune.Engine.Tuning;

/// <summary>
/// What a journal's bytes say, and whether anything is missing. Lines are numbered without gaps, so a line that cannot
/// be read is missed wherever it stood; one that was cut short by a full disk or a crash was never counted, and is
/// normal.
/// </summary>
internal sealed class JournalContent
{
    private JournalContent(IReadOnlyList<JournalRecord> records, string? damage, long lastLine, bool isOld)
    {
        Records = records;
        Damage = damage;
        LastLine = lastLine;
        IsOld = isOld;
    }

    /// <summary>What a file says that is not there.</summary>
    internal static JournalContent None { get; } = new([], null, 0, isOld: false);

    /// <summary>What can be read, in order.</summary>
    internal IReadOnlyList<JournalRecord> Records { get; }

    /// <summary>What is damaged and may concern this boot, and what that costs: the clause after 'the journal X is damaged: '.</summary>
    internal string? Damage { get; }

    /// <summary>Whether what is damaged costs anything.</summary>
    internal bool IsCostly { get; private init; }

    /// <summary>Whether there is a file with nothing at all in it.</summary>
    internal bool IsEmpty => Records.Count == 0 && Damage is not null && !IsCostly;

    /// <summary>Number of the last line; 0 when there is none.</summary>
    internal long LastLine { get; }

    /// <summary>Whether it was written by a version without checksums.</summary>
    internal bool IsOld { get; }

    /// <summary>Of an old journal: number of records read before the first damaged or missing line.</summary>
    internal int Sound { get; private init; } = int.MaxValue;

    /// <summary>Reads a journal.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="boot">This boot's id: what is damaged of an earlier boot costs nothing, since sysctls start afresh.</param>
    internal static JournalContent Read(ReadOnlySpan<byte> text, string boot)
    {
        var good = new List<JournalRecord>();
        var tailStart = text.Length;
        var isTailEnded = false;
        for (var position = 0; position < text.Length;)
        {
            var length = text[position..].IndexOf((byte)'\n');
            isTailEnded = length >= 0;
            var line = isTailEnded ? text.Slice(position, length) : text[position..];

            // A block of zeros in front of a line takes the line before it, not the line itself.
            if (JournalText.Read(line.TrimStart((byte)0)) is { } record)
            {
                good.Add(record);
                tailStart = text.Length;
            }
            else if (!line.IsEmpty)
            {
                tailStart = Math.Min(tailStart, position);
            }

            position += line.Length + 1;
        }

        var tail = text[tailStart..];
        if (!isTailEnded && !tail.IsEmpty && JournalText.Read(tail[..^1]) is { } unended)
        {
            // What was damaged is the end of the last line.
            good.Add(unended);
            return OfLines(good, tail[^1..], isTailEnded: true, boot);
        }

        return good.Count > 0 ? OfLines(good, tail, isTailEnded, boot) : OfPlain(text, boot);
    }

    private static JournalContent OfLines(List<JournalRecord> good, ReadOnlySpan<byte> tail, bool isTailEnded, string boot)
    {
        var lines = good.OrderBy(record => record.Line).ToArray();
        var records = new List<JournalRecord>(lines.Length);
        var missing = new JournalGaps(boot);
        var isOrdered = true;
        if (lines[0].Kind != JournalKind.Header)
            missing.Head(lines[0]);
        for (var i = 0; i < lines.Length; i++)
        {
            var number = lines[i].Line!.Value;
            isOrdered &= lines[i] == good[i];
            if (i > 0 && number == lines[i - 1].Line)
            {
                isOrdered = false;
                continue;
            }

            if (i > 0 && number > lines[i - 1].Line + 1)
                missing.Between(lines[i - 1].Line!.Value + 1, number - 1, lines[i]);
            records.Add(lines[i]);
        }

        var last = lines[^1];
        var isTorn = !isTailEnded && JournalText.IsBeginning(tail, last.Line!.Value + 1);

        // After a crash of the machine a file may end in zeros: it had grown, and what it had grown by was not on the disk.
        var isOfEarlierBoot = last.Boot != boot && tail.IndexOfAnyExcept((byte)0) < 0;
        if (!tail.IsEmpty && !isTorn && !isOfEarlierBoot)
            missing.Tail(last.Line!.Value + 1);
        return new JournalContent(records, missing.Describe(isOrdered), last.Line!.Value, isOld: false) { IsCostly = missing.IsAny };
    }

    /// <summary>
    /// A version without checksums wrote it, or nothing in it can be read. Then a line that is no record, and an outcome
    /// whose intent is not there, are all that damage can be known by.
    /// </summary>
    private static JournalContent OfPlain(ReadOnlySpan<byte> text, string boot)
    {
        var records = new List<JournalRecord>();
        var sound = int.MaxValue;
        var bad = 0;
        var isBadLast = false;
        var intents = new HashSet<long>();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.IsEmpty)
                continue;
            if (JournalText.ReadPlain(line.Trim((byte)0)) is not { } record)
            {
                bad++;
                isBadLast = true;
                sound = Math.Min(sound, records.Count);
                continue;
            }

            isBadLast = false;
            var isOrphan = record is { Kind: JournalKind.Outcome, Intent: { } intent } && !intents.Contains(intent);
            var isJump = records.Count > 0 && records[^1].Kind == JournalKind.Outcome && record.Seq > records[^1].Seq + 1;
            if (isOrphan || isJump || line[0] == 0)
            {
                bad++;
                sound = Math.Min(sound, records.Count);
            }

            if (record.Kind == JournalKind.Intent)
                intents.Add(record.Seq);
            records.Add(record);
        }

        if (records.Count == 0)
        {
            // An earlier version left an empty one where it had nothing to say.
            return new JournalContent([], text.IsEmpty ? "it is empty" + JournalGaps.Everything : "nothing in it can be read" + JournalGaps.Everything, 0, isOld: false)
            {
                IsCostly = !text.IsEmpty,
            };
        }

        // A last line that was cut short is normal.
        if (isBadLast && bad == 1 && text[^1] != '\n' && text[(text.LastIndexOf((byte)'\n') + 1)..].IndexOf((byte)0) < 0)
            (bad, sound) = (0, int.MaxValue);
        var damage = bad == 0 || records[^1].Boot != boot
            ? null
            : "some of its lines cannot be read or are missing" + JournalGaps.Cost;
        return new JournalContent(records, damage, 0, isOld: true)
        {
            IsCostly = damage is not null,
            Sound = damage is null ? int.MaxValue : sound,
        };
    }
}
