using System.Collections.Immutable;
using System.Globalization;
using BpfTune.Engine.Plugins;

namespace BpfTune.Settings;

/// <summary>The keys of the settings files: the long options' names. Shares its checks with the command line.</summary>
internal static class SettingKeys
{
    /// <summary>
    /// Whether a line with this key could ask for less tuning than there is without it: fewer tuners, smaller steps,
    /// part of the machine only. A key that is not known could be any limit, such as one of a later version.
    /// </summary>
    /// <param name="key">As <see cref="SettingsLine.Key"/> has it.</param>
    internal static bool MayLimit(string key) =>
        key is not ("libdir" or "rollback" or "legacy" or "tenants" or "debug" or "stderr" or "port" or "runtime_dir" or "state_dir");

    /// <summary>Whether there is such a key.</summary>
    internal static bool IsKnown(string key) => key is "allow" or "cgroup" or "learning_rate" or "mode" || !MayLimit(key);

    /// <summary>Sets one key from what is written behind it.</summary>
    /// <param name="settings">What is set so far.</param>
    /// <param name="key">As <see cref="SettingsLine.Key"/> has it.</param>
    /// <param name="written">What stands behind it.</param>
    /// <param name="source">File and line.</param>
    /// <returns>Null when it was set; else what is wrong with it, as a sentence without a full stop.</returns>
    internal static string? Apply(ref DaemonSettings settings, string key, string written, string source)
    {
        if (!IsKnown(key))
            return $"there is no setting '{Short(key)}'";
        if (key is "allow" or "libdir")
        {
            var entries = SettingsValue.List(written, out var listProblem);
            return entries is null ? $"{key}: {listProblem}" : ApplyList(ref settings, key, entries);
        }

        var text = SettingsValue.Scalar(written, out var problem);
        if (text is null)
            return $"{key}: {problem}";
        switch (key)
        {
            case "learning_rate":
                settings = settings with { LearningRate = Number(key, text, 0, 4, ref problem) ?? settings.LearningRate };
                break;
            case "mode":
                settings = settings with { Mode = RuleKeys.Mode(key, text, source, ref problem) ?? settings.Mode };
                break;
            case "cgroup":
                settings = settings with { Cgroup = Directory(key, text, ref problem) ?? settings.Cgroup };
                break;
            case "rollback":
                settings = settings with { Rollback = Switch(key, text, ref problem) ?? settings.Rollback };
                break;
            case "legacy":
                settings = settings with { Legacy = Switch(key, text, ref problem) ?? settings.Legacy };
                break;
            case "tenants":
                settings = settings with { Tenants = Switch(key, text, ref problem) ?? settings.Tenants };
                break;
            case "debug":
                settings = settings with { Debug = Switch(key, text, ref problem) ?? settings.Debug };
                break;
            case "stderr":
                settings = settings with { Stderr = Switch(key, text, ref problem) ?? settings.Stderr };
                break;
            case "port":
                settings = settings with { Port = Number(key, text, 0, 65535, ref problem) ?? settings.Port };
                break;
            case "runtime_dir":
                settings = settings with { RuntimeDirectory = Directory(key, text, ref problem) ?? settings.RuntimeDirectory };
                break;
            case "state_dir":
                settings = settings with { StateDirectory = Directory(key, text, ref problem) ?? settings.StateDirectory };
                break;
        }

        return problem;
    }

    /// <summary>Text of a file in a message: whoever reads it wants to recognize it, not to have all of it.</summary>
    internal static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    /// <summary>The names of tuners; null with the problem when one cannot be such a name.</summary>
    internal static ImmutableArray<string>? Tuners(IReadOnlyList<string> words, ref string? problem)
    {
        var names = ImmutableArray.CreateBuilder<string>(words.Count);
        foreach (var word in words)
        {
            if (TunerName.FromArgument(word) is not { } name)
            {
                problem = $"'{Short(word)}' is not the name of a tuner (such as tcp_buffer)";
                return null;
            }

            if (!names.Contains(name))
                names.Add(name);
        }

        return names.ToImmutable();
    }

    private static string? ApplyList(ref DaemonSettings settings, string key, string[] entries)
    {
        string? problem = null;
        if (key == "libdir")
        {
            settings = settings with { LibDirectories = Directories(key, entries, ref problem) ?? settings.LibDirectories };
            return problem;
        }

        // A list may stand in one pair of quotes, as a shell has it.
        string[] names = [.. entries.SelectMany(e => e.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))];
        // Taken for no list, it would run all of them.
        if (names.Length == 0)
            return "allow names no tuner; to run all of them leave the line out";
        settings = settings with { Allow = Tuners(names, ref problem) ?? settings.Allow };
        return problem;
    }

    private static int? Number(string key, string text, int minimum, int maximum, ref string? problem)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        problem = $"{key} is a number from {minimum} to {maximum}, not '{Short(text)}'";
        return null;
    }

    /// <summary>A switch; null with the problem when it is neither on nor off.</summary>
    internal static bool? Switch(string key, string text, ref string? problem)
    {
        switch (text.ToLowerInvariant())
        {
            case "yes" or "true" or "on" or "1":
                return true;
            case "no" or "false" or "off" or "0":
                return false;
            default:
                problem = $"{key} is yes or no, not '{Short(text)}'";
                return null;
        }
    }

    private static string? Directory(string key, string text, ref string? problem)
    {
        if (text.StartsWith('/'))
            return text;
        problem = $"{key} is a full path of a directory, not '{Short(text)}'";
        return null;
    }

    private static ImmutableArray<string>? Directories(string key, string[] words, ref string? problem)
    {
        foreach (var word in words)
        {
            if (Directory(key, word, ref problem) is null)
                return null;
        }

        return [.. words];
    }
}
