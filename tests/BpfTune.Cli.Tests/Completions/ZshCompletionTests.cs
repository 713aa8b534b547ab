using System.Text.RegularExpressions;

namespace BpfTune.Cli.Tests.Completions;

/// <summary>What the completion for zsh says, against what the command declares.</summary>
public sealed partial class ZshCompletionTests
{
    private static readonly string s_text = CompletionFile.Text("_bpftune");

    public static TheoryData<string> Verbs => [.. DeclaredCommand.Verbs];

    // An array's body: common=( … ).
    private static string Array(string name) => Regex.Match(s_text, $@"^\t{name}=\((.*?)^\t\)", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;

    // A branch of the case over verbs: changes) … until the next.
    private static string Branch(string verb) => Regex.Match(s_text, $@"^\t\t(?:\w+ \| )*{verb}(?: \| \w+)*\)(.*?&& ret=0)", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;

    private static string[] Options(string specifications)
    {
        var all = specifications.Replace("$common", Array("common"), StringComparison.Ordinal).Replace("$daemon", Array("daemon"), StringComparison.Ordinal);
        return [.. Named().Matches(all).SelectMany(match => match.Groups[1].Value.Split(',').Concat(match.Groups[2].Value.Split(' ')))
            .Where(name => name.StartsWith('-')).Distinct().Order(StringComparer.Ordinal)];
    }

    // '…'{--help,-h}'[…' or '--json[…'
    [GeneratedRegex(@"\{(-[^}]+)\}['""]\[|'(--[a-z_-]+)\[")]
    private static partial Regex Named();

    [Fact]
    public void It_knows_every_verb() => Assert.Equal(
        DeclaredCommand.Verbs.Order(StringComparer.Ordinal),
        Regex.Matches(Array("verbs"), @"'(\w+):").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Verbs))]
    public void It_knows_every_option_of_a_verb(string verb) => Assert.Equal(DeclaredCommand.Options(verb), Options(Branch(verb)));

    [Fact]
    public void It_knows_every_option_that_goes_without_a_verb()
    {
        var block = Regex.Match(s_text, @"_arguments -C (.*?)'1: :->verb'", RegexOptions.Singleline).Groups[1].Value;

        Assert.Equal(DeclaredCommand.Options(""), Options(block));
    }

    [Fact]
    public void It_knows_every_query() => Assert.Equal(
        DeclaredCommand.Queries, Regex.Match(s_text, @"queries=\((.*?)\)").Groups[1].Value.Split(' '));

    [Fact]
    public void Verbs_that_take_a_tuner_complete_tuners()
    {
        Assert.NotEmpty(DeclaredCommand.VerbsOfTuners);
        Assert.All(DeclaredCommand.VerbsOfTuners, verb => Assert.Contains("'1:tuner:_bpftune_tuners'", Branch(verb), StringComparison.Ordinal));
    }

    [Fact]
    public void Zsh_can_read_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh"), "zsh is not installed");
        CompletionFile.Run("/usr/bin/zsh", "-n", CompletionFile.PathOf("_bpftune"));
    }
}
