using System.Globalization;

/// <summary>The kernel's sessions: a process belongs to its parent's, unless it begins one.</summary>
internal static class Session
{
    /// <summary>The processes of a session that have not ended.</summary>
    public static IReadOnlyList<int> Members(int session) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]) && IsMember(name, session)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];

    // PID (NAME) STATE PARENT GROUP SESSION …, and the name may hold anything.
    private static bool IsMember(string process, int session)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ') is [not ("Z" or "X"), _, _, var its, ..] && its == session.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended while it was looked at.
            return false;
        }
    }
}
