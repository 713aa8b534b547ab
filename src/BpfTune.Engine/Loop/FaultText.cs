using System.Text;

namespace BpfTune.Engine.Loop;

/// <summary>
/// What to say of an exception, on one line. Those of plug-ins are other people's code: their message may throw, be
/// endless, or hold line breaks.
/// </summary>
internal static class FaultText
{
    /// <summary>Longer ones are cut: a line of a log is for a person.</summary>
    private const int Longest = 400;

    /// <summary>'InvalidOperationException: no such luck'.</summary>
    internal static string Of(Exception e) => $"{e.GetType().Name}: {Message(e)}";

    /// <summary>Its message.</summary>
    internal static string Message(Exception e) => OneLine(Ask(static e => e.Message, e));

    /// <summary>Its stack, in lines.</summary>
    internal static string Stack(Exception e) => Ask(static e => e.StackTrace ?? "none", e);

    /// <summary>Text on one line: breaks become spaces, what cannot be printed '?', and what is too long is cut.</summary>
    internal static string OneLine(string? text)
    {
        var line = new StringBuilder();
        var space = false;
        foreach (var c in text ?? "")
        {
            if (char.IsWhiteSpace(c))
            {
                space = line.Length > 0;
                continue;
            }

            if (space)
                line.Append(' ');
            space = false;
            line.Append(char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? '?' : c);
            if (line.Length < Longest)
                continue;
            line.Append('…');
            break;
        }

        return line.ToString();
    }

    private static string Ask(Func<Exception, string> what, Exception e)
    {
        try
        {
            return what(e);
        }
        catch (Exception inner)
        {
            return $"(asked for what happened, it threw {inner.GetType().Name})";
        }
    }
}
