using System.IO.Enumeration;

namespace BpfTune.Engine.Tuning;

/// <summary>A name, or a pattern of names in which * stands for any number of characters and ? for one.</summary>
/// <param name="Text">As it was written.</param>
public readonly record struct RulePattern(string Text)
{
    /// <summary>Whether it is one name and no pattern.</summary>
    public bool IsExact => Text.AsSpan().IndexOfAny('*', '?') < 0;

    /// <summary>
    /// How closely it names what it matches: a name comes before every pattern, then the one with more characters that
    /// stand for themselves.
    /// </summary>
    internal int Weight => IsExact ? int.MaxValue : Text.Length - Text.Count(c => c is '*' or '?');

    /// <summary>Whether it stands for a name; upper and lower case differ.</summary>
    public bool Matches(string name) =>
        IsExact ? Text == name : FileSystemName.MatchesSimpleExpression(Text, name, ignoreCase: false);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
