using System.Globalization;

namespace BpfTune.Lab;

/// <summary>Shows the daemon's lines as they come, not more than a screen of them per part of the demonstration.</summary>
internal sealed class DaemonEcho(TextWriter output, Func<string, string> readable)
{
    private const int LinesPerPart = 40;

    private readonly Lock _lock = new();
    private int _shown;
    private int _hidden;

    internal void Show(DaemonLine line)
    {
        lock (_lock)
        {
            if (_shown++ < LinesPerPart)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"   {line.At.TotalSeconds,6:0.00} s | {readable(line.Text)}"));
            }
            else
            {
                _hidden++;
            }
        }
    }

    /// <summary>Says how many lines were held back, and starts to count anew.</summary>
    internal void EndPart()
    {
        lock (_lock)
        {
            if (_hidden > 0)
            {
                output.WriteLine($"            | … and {_hidden} more lines");
            }

            _shown = _hidden = 0;
        }
    }
}
