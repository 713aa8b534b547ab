using System.Text;

namespace BpfTune.Lab;

/// <summary>A small table of text: the first column flush left, the others flush right.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    internal void Add(params string[] cells)
    {
        if (cells.Length != header.Length)
        {
            throw new ArgumentException($"{header.Length} cells, not {cells.Length}", nameof(cells));
        }

        _rows.Add(cells);
    }

    public override string ToString()
    {
        int[] width = [.. header.Select((title, i) => _rows.Select(row => row[i].Length).Append(title.Length).Max())];
        var text = new StringBuilder();
        Line(header);
        text.Append("  ").AppendLine(new string('-', width.Sum() + (2 * (width.Length - 1))));
        _rows.ForEach(Line);
        return text.ToString();

        void Line(string[] cells)
        {
            var line = new StringBuilder("  ");
            for (int i = 0; i < cells.Length; i++)
            {
                line.Append(i == 0 ? cells[i].PadRight(width[i]) : "  " + cells[i].PadLeft(width[i]));
            }

            text.AppendLine(line.ToString().TrimEnd());
        }
    }
}
