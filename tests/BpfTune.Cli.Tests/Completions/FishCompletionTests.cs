using System.Text.RegularExpressions;

namespace BpfTune.Cli.Tests.Completions;

/// <summary>What the completion for fish says, against what the command declares.</summary>
public sealed partial class FishCompletionTests
{
    private static readonly string s_text = CompletionFile.Text("bpftune.fish");

    public static TheoryData<string> VerbsAndNone => [.. DeclaredCommand.Verbs.Append("")];

    private static Dictionary<string, string> Variables =>
        Regex.Matches(s_text, @"^set -l (\w+) ""?(.*?)""?$", RegexOptions.Multiline).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    private static IEnumerable<(string Condition, string Line)> Lines() => s_text.Split('\n')
        .Where(line => line.StartsWith("complete -c bpftune ", StringComparison.Ordinal))
        .Select(line => (Expand(Condition().Match(line).Groups[1].Value.Trim('\'', '"')), line));

    private static string Expand(string condition) =>
        Regex.Replace(condition, @"\$(\w+)", match => Variables[match.Groups[1].Value]);

    // [not] __fish_seen_subcommand_from VERB…
    private static bool Holds(string condition, string verb)
    {
        var words = condition.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [] => true,
            ["not", "__fish_seen_subcommand_from", .. var verbs] => !verbs.Contains(verb),
            ["__fish_seen_subcommand_from", .. var verbs] => verbs.Contains(verb),
            _ => throw new InvalidOperationException($"the test cannot judge the condition '{condition}'"),
        };
    }

    [GeneratedRegex(@" -n ('[^']*'|""[^""]*""|\S+)")]
    private static partial Regex Condition();

    [GeneratedRegex(@" -s (\w)\b| -l ([a-z_-]+)")]
    private static partial Regex Named();

    [GeneratedRegex(@" -a (\w+)")]
    private static partial Regex Word();

    [Fact]
    public void It_knows_every_verb() => Assert.Equal(
        DeclaredCommand.Verbs.Order(StringComparer.Ordinal),
        Lines().Where(line => line.Condition.StartsWith("not ", StringComparison.Ordinal)).Select(line => Word().Match(line.Line).Groups[1].Value)
            .Where(word => word.Length > 0).Order(StringComparer.Ordinal));

    [Fact]
    public void Its_conditions_name_the_verbs() => Assert.Equal(DeclaredCommand.Verbs, Variables["verbs"].Split(' '));

    [Theory]
    [MemberData(nameof(VerbsAndNone))]
    public void It_knows_every_option_of_a_verb(string verb) => Assert.Equal(
        DeclaredCommand.Options(verb),
        Lines().Where(line => Holds(line.Condition, verb))
            .SelectMany(line => Named().Matches(line.Line))
            .Select(match => match.Groups[1].Success ? "-" + match.Groups[1].Value : "--" + match.Groups[2].Value)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void It_knows_every_query() => Assert.Equal(
        DeclaredCommand.Queries, Regex.Match(s_text, @"-l query -x -a '(.*?)'").Groups[1].Value.Split(' '));

    [Fact]
    public void Verbs_that_take_a_tuner_complete_tuners()
    {
        var line = Lines().Single(line => line.Line.EndsWith("-a '(__bpftune_tuners)' -d tuner", StringComparison.Ordinal));

        Assert.Equal(DeclaredCommand.VerbsOfTuners, DeclaredCommand.Verbs.Where(verb => Holds(line.Condition, verb)));
    }

    [Fact]
    public void Fish_can_read_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fish"), "fish is not installed");
        CompletionFile.Run("/usr/bin/fish", "--no-execute", CompletionFile.PathOf("bpftune.fish"));
    }
}
