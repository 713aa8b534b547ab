using System.Globalization;

namespace BpfTune.Rendering;

/// <summary>Small phrases that several listings share.</summary>
internal static class Words
{
    /// <summary>'1 change', '3 changes'.</summary>
    internal static string Count(long count, string singular, string? plural = null) =>
        count.ToString(CultureInfo.InvariantCulture) + " " + (count == 1 ? singular : plural ?? singular + "s");

    /// <summary>A time as the reader's clock shows it.</summary>
    internal static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>'42 s', '3 min 5 s', '2 h 10 min', '4 d 1 h'.</summary>
    internal static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.Zero)
            time = TimeSpan.Zero;
        if (time.TotalMinutes < 1)
            return string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s");
        if (time.TotalHours < 1)
            return string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s");
        if (time.TotalDays < 1)
            return string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes} min");
        return string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h");
    }

    /// <summary>How a sentence names a namespace.</summary>
    internal static string Namespace(string name) => name == "global" ? "the global namespace"
        : name.StartsWith("all namespaces", StringComparison.Ordinal) ? name
        : $"namespace {name}";
}
