using System.CommandLine;
using BpfTune.Cli.Tests.CommandLine;
using BpfTune.CommandLine;

namespace BpfTune.Cli.Tests.Completions;

/// <summary>Verbs and options as the command itself declares them.</summary>
internal static class DeclaredCommand
{
    private static readonly RootCommand s_root = new BpfTuneCommand(new RecordingCommands()).Root;

    /// <summary>Every verb.</summary>
    internal static IEnumerable<string> Verbs => s_root.Subcommands.Select(verb => verb.Name);

    /// <summary>The words that -q takes.</summary>
    internal static IEnumerable<string> Queries =>
        s_root.Options.Single(option => option.Name == "--query").Description!.Split(':')[1].Split(',', StringSplitOptions.TrimEntries);

    /// <summary>Verbs whose first argument is a tuner.</summary>
    internal static IEnumerable<string> VerbsOfTuners =>
        s_root.Subcommands.Where(verb => verb.Arguments.FirstOrDefault()?.Name == "TUNER").Select(verb => verb.Name);

    /// <summary>All names of the options that go with a verb; without a verb if it is empty.</summary>
    internal static string[] Options(string verb)
    {
        var options = verb.Length == 0
            ? s_root.Options
            : s_root.Subcommands.Single(command => command.Name == verb).Options.Concat(s_root.Options.Where(option => option.Recursive));
        return [.. options.SelectMany(option => option.Aliases.Append(option.Name)).Distinct().Order(StringComparer.Ordinal)];
    }
}
