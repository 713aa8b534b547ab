namespace BpfTune.Settings;

/// <summary>
/// Reads bpftune.conf and conf.d/*.conf: lines of <c>key = value</c>, the keys named as the long options, and sections
/// for tunables and namespaces. A later line wins over an earlier one, a file in conf.d over bpftune.conf. A bad line costs that line, unless it could have been a
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

        // Only now: a later file may set both ends of what an earlier one had set.
        foreach (var rule in settings.TunableRules ?? [])
        {
            if (rule.Contradiction is { } contradiction)
                problems.Add(new SettingsProblem(rule.Source, 0, contradiction, MayLimit: true));
        }

        return (settings, problems);
    }

    /// <summary>Lays one file's text over the settings.</summary>
    internal static void Apply(ref DaemonSettings settings, string path, string text, List<SettingsProblem> problems)
    {
        var (number, before, more, mayLimit) = (0, problems.Count, 0, false);
        SettingsSection? section = SettingsSection.Main;
        foreach (var written in text.AsSpan().EnumerateLines())
        {
            number++;
            if (SettingsLine.Parse(written) is not { } line)
                continue;
            string? problem = null;
            var limits = true;
            if (line.Section is { } head)
            {
                section = SettingsSection.Parse(head, out problem);
            }
            else if (section is { } known)
            {
                problem = Apply(ref settings, known, line, $"{path}:{number}");
                limits = MayLimit(known, line);
            }

            // What stands in a section that is not known was named with its head.
            if (problem is null)
                continue;
            if (problems.Count - before < MostProblems)
                problems.Add(new SettingsProblem(path, number, problem, limits));
            else
                (more, mayLimit) = (more + 1, mayLimit || limits);
        }

        if (more > 0)
            problems.Add(new SettingsProblem(path, 0, $"{more} more lines are not understood", mayLimit));
    }

    private static string? Apply(ref DaemonSettings settings, SettingsSection section, SettingsLine line, string source)
    {
        if (line.Key.Length == 0 || line.Value is null)
            return "a setting is written as key = value";
        return section.Kind switch
        {
            SectionKind.Tunable => RuleKeys.ApplyTunable(ref settings, section.Pattern, line.Key, line.Value, source),
            SectionKind.Namespace => RuleKeys.ApplyNamespace(ref settings, section.Pattern, line.Key, line.Value, source),
            _ => SettingKeys.Apply(ref settings, line.Key, line.Value, source),
        };
    }

    // A line without a key can be no setting; one without a value may be.
    private static bool MayLimit(SettingsSection section, SettingsLine line)
    {
        if (line.Key.Length == 0)
            return false;
        return section.Kind == SectionKind.Main
            ? SettingKeys.MayLimit(line.Key) && (line.Value is not null || SettingKeys.IsKnown(line.Key))
            : line.Value is not null || RuleKeys.IsKnown(line.Key);
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
