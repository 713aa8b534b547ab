using System.CommandLine;

namespace BpfTune.CommandLine;

/// <summary>
/// The habits of getopt_long(3) that the parser does not have: a long option may be cut short as long as it is clear which
/// is meant, an option takes the next word whatever that looks like, and after the version nothing else is looked at.
/// </summary>
internal sealed class OptionSpelling(RootCommand root, Option version)
{
    /// <summary>
    /// The long options of the C program. What was clear to it stays clear: '--c' is --cgroup, although there is --config now.
    /// </summary>
    private static readonly string[] s_classic =
    [
        "--allow", "--cgroup", "--daemon", "--debug", "--help", "--learning_rate", "--legacy", "--libdir", "--port",
        "--query", "--rollback", "--stderr", "--support", "--version",
    ];

    private readonly List<string> _words = [];
    private Command _command = root;

    /// <summary>What is wrong, as a sentence; null when all is clear, or the parser is to judge.</summary>
    internal string? Problem { get; private set; }

    /// <summary>The same arguments with each option spelt out and its value in the same word.</summary>
    internal IReadOnlyList<string> Normalize(IReadOnlyList<string> arguments)
    {
        for (var next = 0; next < arguments.Count && Problem is null;)
        {
            var word = arguments[next++];
            var stop = word switch
            {
                "--" => true,
                ['-', '-', ..] => Long(word, arguments, ref next),
                ['-', _, ..] => Letters(word, arguments, ref next),
                _ => Operand(word),
            };
            if (!stop)
                continue;
            if (word == "--")
                _words.AddRange([word, .. arguments.Skip(next)]);
            break;
        }

        return _words;
    }

    private bool Operand(string word)
    {
        _words.Add(word);
        if (_command == root && root.Subcommands.FirstOrDefault(verb => verb.Name == word) is { } verb)
            _command = verb;
        return false;
    }

    private bool Long(string word, IReadOnlyList<string> arguments, ref int next)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var given = equals < 0 ? word : word[..equals];
        var option = Find(given) ?? Complete(given);
        // What is none is the parser's to say.
        var name = option is null || Names(option).Contains(given) ? given : option.Name;
        if (equals < 0 && option is not null)
            Add(name, option, arguments, ref next);
        else
            _words.Add(name + word[given.Length..]);
        return option == version;
    }

    private bool Letters(string word, IReadOnlyList<string> arguments, ref int next)
    {
        for (var i = 1; i < word.Length; i++)
        {
            var name = "-" + word[i];
            var option = Find(name);
            var rest = word[(i + 1)..];
            if (option is null || (TakesValue(option) && rest.Length > 0))
            {
                _words.Add(option is null ? name + rest : $"{name}={(rest[0] == '=' ? rest[1..] : rest)}");
                return false;
            }

            Add(name, option, arguments, ref next);
            if (option == version)
                return true;
        }

        return false;
    }

    private void Add(string name, Option option, IReadOnlyList<string> arguments, ref int next) =>
        _words.Add(TakesValue(option) && next < arguments.Count ? $"{name}={arguments[next++]}" : name);

    private Option? Complete(string given)
    {
        var candidates = Options.Where(option => Names(option).Any(name => name.StartsWith(given, StringComparison.Ordinal))).ToList();
        if (candidates.Where(option => s_classic.Contains(option.Name)).ToList() is { Count: > 0 } classic)
            candidates = classic;
        if (candidates.Count > 1)
            Problem = $"'{given}' is ambiguous: {string.Join(", ", candidates.Select(option => option.Name).Order(StringComparer.Ordinal))}";
        return candidates is [var only] ? only : null;
    }

    private Option? Find(string name) => Options.FirstOrDefault(option => Names(option).Contains(name));

    private IEnumerable<Option> Options => _command.Options.Concat(root.Options.Where(option => option.Recursive)).Distinct();

    private static IEnumerable<string> Names(Option option) => option.Aliases.Prepend(option.Name);

    private static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0;
}
