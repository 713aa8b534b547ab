using System.Collections.Immutable;
using System.Globalization;

namespace BpfTune.Sdk;

/// <summary>
/// The value of a tunable as the kernel prints it: one or more numbers, or words. Compared member by member, so that
/// tabs and spaces do not make a difference.
/// </summary>
public sealed class TunableValue : IEquatable<TunableValue>
{
    private TunableValue(string text, ImmutableArray<long> numbers)
    {
        Text = text;
        Numbers = numbers;
    }

    /// <summary>The members with single spaces between them: exactly what is written to /proc/sys.</summary>
    public string Text { get; }

    /// <summary>The members as numbers; empty when one of them is not a number.</summary>
    public ImmutableArray<long> Numbers { get; }

    /// <summary>A member as a number. Throws <see cref="InvalidOperationException"/> when the value is not numeric.</summary>
    public long this[int member] => Numbers.IsEmpty
        ? throw new InvalidOperationException($"'{Text}' is not a number")
        : Numbers[member];

    /// <summary>A value of one or more numbers.</summary>
    public static TunableValue Of(params ReadOnlySpan<long> numbers)
    {
        if (numbers.IsEmpty)
            throw new ArgumentException("A value has at least one member.", nameof(numbers));
        return new TunableValue(Join(numbers), [.. numbers]);
    }

    /// <summary>Reads what /proc/sys holds: white space of any kind separates the members.</summary>
    public static TunableValue Parse(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var numbers = ImmutableArray.CreateBuilder<long>(words.Length);
        foreach (var word in words)
        {
            if (!long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return new TunableValue(string.Join(' ', words), []);
            numbers.Add(number);
        }

        return new TunableValue(string.Join(' ', words), numbers.ToImmutable());
    }

    /// <summary>The same value with one member replaced.</summary>
    public TunableValue With(int member, long number)
    {
        _ = this[member];
        var changed = Numbers.SetItem(member, number);
        return new TunableValue(Join(changed.AsSpan()), changed);
    }

    /// <inheritdoc/>
    public bool Equals(TunableValue? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TunableValue);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Join(ReadOnlySpan<long> numbers)
    {
        var words = new string[numbers.Length];
        for (var i = 0; i < words.Length; i++)
            words[i] = numbers[i].ToString(CultureInfo.InvariantCulture);
        return string.Join(' ', words);
    }
}
