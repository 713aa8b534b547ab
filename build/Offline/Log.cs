using System.Globalization;
using System.Text.RegularExpressions;

// NUKE logs through Serilog, and so does a build made for it.
namespace Serilog;

/// <summary>Lines for the person at the terminal. A template's {Names} are filled in order.</summary>
public static partial class Log
{
    internal static TextWriter Output { get; set; } = Console.Out;

    public static void Information(string messageTemplate, params object[] propertyValues) => Write("", messageTemplate, propertyValues);

    public static void Warning(string messageTemplate, params object[] propertyValues) => Write("warning: ", messageTemplate, propertyValues);

    public static void Error(string messageTemplate, params object[] propertyValues) => Write("error: ", messageTemplate, propertyValues);

    private static void Write(string level, string template, object[] values)
    {
        var next = 0;
        var text = Hole().Replace(template, hole => next < values.Length ? Convert.ToString(values[next++], CultureInfo.InvariantCulture) ?? "" : hole.Value);
        lock (Output)
        {
            Output.WriteLine(level + text);
            Output.Flush();
        }
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Hole();
}
