using System.Text;

namespace BpfTune.Skeletons.CSharp;

/// <summary>Indented lines.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _blankDue;

    /// <summary>One line; empty: a blank one.</summary>
    public void Line(string line = "")
    {
        if (_blankDue && line.Length > 0)
            _text.Append('\n');
        _blankDue = false;
        if (line.Length > 0)
            _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
    }

    /// <summary>A documentation comment of one line; the text is escaped.</summary>
    public void Summary(string text) =>
        Line($"/// <summary>{text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;")}</summary>");

    /// <summary>A blank line, unless a block ends first.</summary>
    public void Separate() => _blankDue = true;

    /// <summary>A line, and a block in braces for what <paramref name="content"/> writes; blocks are set apart by blank lines.</summary>
    public void Block(string line, Action content)
    {
        Line(line);
        Line("{");
        _depth++;
        content();
        _blankDue = false;
        _depth--;
        Line("}");
        Separate();
    }

    public override string ToString() => _text.ToString();
}
