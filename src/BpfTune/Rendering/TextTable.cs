using System.Text;

namespace BpfTune.Rendering;

/// <summary>Columns of words, each as wide as its widest entry; the last is never padded.</summary>
internal sealed class TextTable(params string[] titles)
{
    private readonly List<string[]> _rows = [titles];

    /// <summary>Whether there is nothing but the titles.</summary>
    internal bool IsEmpty => _rows.Count == 1;

    /// <summary>Adds a row of as many cells as there are titles.</summary>
    internal void Add(params string[] cells)
    {
        if (cells.Length != titles.Length)
            throw new ArgumentException($"A row has {titles.Length} cells, not {cells.Length}.", nameof(cells));
        _rows.Add([.. cells.Select(Terminal.Clean)]);
    }

    /// <summary>Writes the table.</summary>
    internal void Write(TextWriter output, string indent = "")
    {
        var widths = new int[titles.Length];
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        var line = new StringBuilder();
        foreach (var row in _rows)
        {
            line.Clear().Append(indent);
            for (var i = 0; i < row.Length - 1; i++)
                line.Append(row[i].PadRight(widths[i] + 2));
            line.Append(row[^1]);
            output.WriteLine(line.ToString().TrimEnd());
        }
    }
}
