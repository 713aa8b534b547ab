using System.Globalization;

namespace BpfTune.Engine.Tuning;

/// <summary>Collects which lines of a journal are missing, and says so.</summary>
internal sealed class JournalGaps(string boot)
{
    /// <summary>What it costs when some lines are missing.</summary>
    internal const string Cost = "; what was changed and is recorded in those alone cannot be put back";

    /// <summary>What it costs when nothing is left.</summary>
    internal const string Everything = ", so nothing of what was changed can be put back";

    private const int MostNamed = 5;

    private readonly List<string> _missing = [];

    /// <summary>Whether any line is missing that may concern this boot.</summary>
    internal bool IsAny => _missing.Count > 0;

    /// <summary>Lines before the first one that there is.</summary>
    internal void Head(JournalRecord next)
    {
        if (next.Boot == boot)
            _missing.Add(Text($"all before line {next.Line}"));
    }

    /// <summary>Lines between two others.</summary>
    internal void Between(long from, long to, JournalRecord next)
    {
        // Boots follow each other: before a line of an earlier boot there is none of this one.
        if (next.Boot == boot)
            _missing.Add(from == to ? Text($"line {from}") : Text($"lines {from} to {to}"));
    }

    /// <summary>Lines after the last one that there is.</summary>
    internal void Tail(long from) => _missing.Add(Text($"what follows line {from - 1}"));

    /// <summary>All of it; null when nothing is missing.</summary>
    internal string? Describe(bool isOrdered)
    {
        if (_missing.Count == 0)
            return isOrdered ? null : "its lines are out of order or there twice; all of them can be read, so nothing is lost";
        var named = string.Join(", ", _missing.Take(MostNamed));
        var more = _missing.Count > MostNamed ? Text($" and {_missing.Count - MostNamed} more") : "";
        return $"of its lines these cannot be read: {named}{more}{Cost}";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
