namespace BpfTune.Settings;

/// <summary>
/// Reads bpftune.conf and conf.d/*.conf: lines of <c>key = value</c>, the keys named as the long options. A later line
/// wins over an earlier one, a file in conf.d over bpftune.conf. A bad line costs that line, unless it could have been a
/// limit: see <see cref="SettingsProblem.MayLimit"/>.
/// </summary>
internal static class SettingsFiles
{
    /// <summary>Where the settings are kept.</summary>
    internal const string DefaultDirectory = "/etc/bpftune";

    /// <summary>The name of the file that comes first.</summary>
    internal const string MainName = "bpftune.conf";

    /// <summary>Of one file so many lines are named; whatever it is, it is no file with a slip in it.</summary>
    private const int MostProblems = 20;

    /// <summary>Reads all files of a directory; none of them need exist.</summary>
    internal static (DaemonSettings Settings, IReadOnlyList<SettingsProblem> Problems) Read(string directory)
    {
        var settings = new DaemonSettings();
        var problems = new List<SettingsProblem>();
        foreach (var path in Files(directory, problems))
        {
            var (text, problem) = SettingsFile.Read(path);
            if (text is not null)
                Apply(ref settings, path, text, problems);
            else if (problem is not null)
                problems.Add(problem);
        }

        return (settings, problems);
    }

    /// <summary>Lays one file's text over the settings.</summary>
    internal static void Apply(ref DaemonSettings settings, string path, string text, List<SettingsProblem> problems)
    {
        var (number, before, more) = (0, problems.Count, 0);
        var (isOurs, mayLimit) = (true, false);
        foreach (var written in text.AsSpan().EnumerateLines())
        {
            number++;
            if (SettingsLine.Parse(written) is not { } line)
                continue;
            if (line.Section is not null)
                isOurs = line.Section.Equals("bpftune", StringComparison.OrdinalIgnoreCase);
            // What stands in a section that is not known was named with its head.
            else if (!isOurs)
                continue;

            if (Apply(ref settings, line, isOurs) is not { } problem)
                continue;
            // A line without a key can be no setting; one without a value may be.
            var limits = line.Key.Length > 0 ? SettingKeys.MayLimit(line.Key) && (line.Value is not null || SettingKeys.IsKnown(line.Key)) : !isOurs;
            if (problems.Count - before < MostProblems)
                problems.Add(new SettingsProblem(path, number, problem, limits));
            else
                (more, mayLimit) = (more + 1, mayLimit || limits);
        }

        if (more > 0)
            problems.Add(new SettingsProblem(path, 0, $"{more} more lines are not understood", mayLimit));
    }

    private static string? Apply(ref DaemonSettings settings, SettingsLine line, bool isOurs)
    {
        if (line.Section is not null)
            return isOurs ? null : $"there is no section '{SettingKeys.Short(line.Section)}'";
        return line.Key.Length == 0 || line.Value is null
            ? "a setting is written as key = value"
            : SettingKeys.Apply(ref settings, line.Key, line.Value);
    }

    private static List<string> Files(string directory, List<SettingsProblem> problems)
    {
        var files = new List<string> { Path.Combine(directory, MainName) };
        var drops = Path.Combine(directory, "conf.d");
        try
        {
            var found = Directory.GetFileSystemEntries(drops, "*.conf");
            Array.Sort(found, StringComparer.Ordinal);
            files.AddRange(found.Where(f => !Path.GetFileName(f).StartsWith('.')));
        }
        catch (DirectoryNotFoundException)
        {
            // Normal: no directory is needed.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new SettingsProblem(drops, 0, $"cannot be read ({e.Message})", MayLimit: true));
        }

        return files;
    }
}
