using System.Collections.Immutable;
using System.Globalization;
using BpfTune.Engine.Plugins;

namespace BpfTune.Settings;

/// <summary>The keys of the settings files: the long options' names. Shares its checks with the command line.</summary>
internal static class SettingKeys
{
    /// <summary>Sets one key from its text.</summary>
    /// <returns>Null when it was set; else what is wrong with it, as a sentence without a full stop.</returns>
    internal static string? Apply(ref DaemonSettings settings, string key, string text)
    {
        string? problem = null;
        switch (key.Replace('-', '_'))
        {
            case "learning_rate":
                settings = settings with { LearningRate = Number(key, text, 0, 4, ref problem) ?? settings.LearningRate };
                break;
            case "allow":
                settings = settings with { Allow = Tuners(Words(text), ref problem) ?? settings.Allow };
                break;
            case "cgroup":
                settings = settings with { Cgroup = Directory(key, text, ref problem) ?? settings.Cgroup };
                break;
            case "libdir":
                settings = settings with { LibDirectories = Directories(key, Words(text), ref problem) ?? settings.LibDirectories };
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
                settings = settings with { Port = Number(key, text, 1, 65535, ref problem) ?? settings.Port };
                break;
            case "runtime_dir":
                settings = settings with { RuntimeDirectory = Directory(key, text, ref problem) ?? settings.RuntimeDirectory };
                break;
            case "state_dir":
                settings = settings with { StateDirectory = Directory(key, text, ref problem) ?? settings.StateDirectory };
                break;
            default:
                problem = $"there is no setting '{key}'";
                break;
        }

        return problem;
    }

    /// <summary>The names of tuners; null with the problem when one cannot be such a name.</summary>
    internal static ImmutableArray<string>? Tuners(IReadOnlyList<string> words, ref string? problem)
    {
        var names = ImmutableArray.CreateBuilder<string>(words.Count);
        foreach (var word in words)
        {
            if (TunerName.FromArgument(word) is not { } name)
            {
                problem = $"'{word}' is not the name of a tuner (such as tcp_buffer)";
                return null;
            }

            if (!names.Contains(name))
                names.Add(name);
        }

        return names.ToImmutable();
    }

    private static string[] Words(string text) =>
        text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static int? Number(string key, string text, int minimum, int maximum, ref string? problem)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        problem = $"{key} is a number from {minimum} to {maximum}, not '{text}'";
        return null;
    }

    private static bool? Switch(string key, string text, ref string? problem)
    {
        switch (text.ToLowerInvariant())
        {
            case "yes" or "true" or "on" or "1":
                return true;
            case "no" or "false" or "off" or "0":
                return false;
            default:
                problem = $"{key} is yes or no, not '{text}'";
                return null;
        }
    }

    private static string? Directory(string key, string text, ref string? problem)
    {
        if (text.StartsWith('/'))
            return text;
        problem = $"{key} is a full path of a directory, not '{text}'";
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
