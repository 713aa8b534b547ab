namespace BpfTune.Cli.Tests.Completions;

/// <summary>What bash itself completes, against what the command declares.</summary>
public sealed class BashCompletionTests
{
    private const string Script = """
        source "$1"
        shift
        COMP_WORDS=(bpftune "$@")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _bpftune
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    public static TheoryData<string> VerbsAndNone => [.. DeclaredCommand.Verbs.Append("")];

    private static string[] Complete(params string[] words) =>
        [.. CompletionFile.Run("/bin/bash", ["-c", Script, "bash", CompletionFile.PathOf("bpftune.bash"), .. words])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    [Fact]
    public void It_knows_every_verb() => Assert.Equal(DeclaredCommand.Verbs.Order(StringComparer.Ordinal), Complete(""));

    [Theory]
    [MemberData(nameof(VerbsAndNone))]
    public void It_knows_every_option_of_a_verb(string verb) =>
        Assert.Equal(DeclaredCommand.Options(verb), verb.Length == 0 ? Complete("-") : Complete(verb, "-"));

    [Theory]
    [InlineData("-q")]
    [InlineData("--query")]
    public void It_knows_every_query(string option) => Assert.Equal(DeclaredCommand.Queries.Order(StringComparer.Ordinal), Complete(option, ""));

    [Fact]
    public void It_completes_what_was_begun() => Assert.Equal(["tunables", "tuners"], Complete("tun"));

    [Fact]
    public void A_rate_is_a_number_from_0_to_4() => Assert.Equal(["0", "1", "2", "3", "4"], Complete("run", "-r", ""));
}
