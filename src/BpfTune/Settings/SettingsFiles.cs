namespace BpfTune.Settings;

/// <summary>
/// Reads bpftune.conf and conf.d/*.conf: lines of <c>key = value</c>, the keys named as the long options. A later line
/// wins over an earlier one, a file in conf.d over bpftune.conf. A bad line costs that line.
/// </summary>
internal static class SettingsFiles
{
    /// <summary>Where the settings are kept.</summary>
    internal const string DefaultDirectory = "/etc/bpftune";

    /// <summary>Reads all files of a directory; none of them need exist.</summary>
    internal static (DaemonSettings Settings, IReadOnlyList<SettingsProblem> Problems) Read(string directory)
    {
        var settings = new DaemonSettings();
        var problems = new List<SettingsProblem>();
        foreach (var path in Files(directory, problems))
        {
            try
            {
                Apply(ref settings, path, File.ReadAllText(path), problems);
            }
            catch (FileNotFoundException)
            {
                // Normal: no file is needed.
            }
            catch (DirectoryNotFoundException)
            {
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new SettingsProblem(path, 0, $"cannot be read ({e.Message})"));
            }
        }

        return (settings, problems);
    }

    /// <summary>Lays one file's text over the settings.</summary>
    internal static void Apply(ref DaemonSettings settings, string path, string text, List<SettingsProblem> problems)
    {
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).Trim();
            if (line.IsEmpty || line[0] is '#' or ';')
                continue;
            var equals = line.IndexOf('=');
            var key = equals < 0 ? "" : line[..equals].Trim().ToString();
            var problem = key.Length == 0
                ? "a setting is written as key = value"
                : SettingKeys.Apply(ref settings, key, line[(equals + 1)..].Trim().ToString());
            if (problem is not null)
                problems.Add(new SettingsProblem(path, number, problem));
        }
    }

    private static List<string> Files(string directory, List<SettingsProblem> problems)
    {
        var files = new List<string> { Path.Combine(directory, "bpftune.conf") };
        var drops = Path.Combine(directory, "conf.d");
        try
        {
            var found = Directory.GetFiles(drops, "*.conf");
            Array.Sort(found, StringComparer.Ordinal);
            files.AddRange(found.Where(f => !Path.GetFileName(f).StartsWith('.')));
        }
        catch (DirectoryNotFoundException)
        {
            // Normal: no directory is needed.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new SettingsProblem(drops, 0, $"cannot be read ({e.Message})"));
        }

        return files;
    }
}
