using System.ComponentModel;

namespace Nuke.Common.Execution;

/// <summary>Values of parameters, by NUKE's rules: names without regard to case and dashes; targets are the words before the first option.</summary>
internal sealed class ParameterSource(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>The words before the first option: targets.</summary>
    public IReadOnlyList<string> Positional => [.. arguments.TakeWhile(argument => !IsOption(argument))];

    /// <summary>The options given, as they were written.</summary>
    public IEnumerable<string> Options => arguments.Where(IsOption);

    public static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);

    /// <summary>The words after an option and before the next one; null if it was not given. The last of several counts.</summary>
    public IReadOnlyList<string>? Values(string name)
    {
        var index = arguments.ToList().FindLastIndex(argument => IsOption(argument) && Plain(argument).Equals(Plain(name), StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : [.. arguments.Skip(index + 1).TakeWhile(argument => !IsOption(argument))];
    }

    /// <summary>The value of a parameter as a type; null if nothing gives one.</summary>
    /// <exception cref="InvalidOperationException">It was given none, several, or one that is not of that type.</exception>
    public object? Get(string name, Type type)
    {
        var scalar = Nullable.GetUnderlyingType(type) ?? type;
        return Values(name) switch
        {
            null => FromEnvironment(name) is { } text ? ConvertTo(name, text, scalar) : null,
            [] when scalar == typeof(bool) => true,
            [] => throw new InvalidOperationException($"Parameter --{name} needs a value."),
            [var value] => ConvertTo(name, value, scalar),
            var values => throw new InvalidOperationException(
                $"Parameter --{name} takes one value, but was given {values.Count}: {string.Join(' ', values)}. (Targets go before parameters.)"),
        };
    }

    private static bool IsOption(string argument) => argument.StartsWith('-');

    private static object? ConvertTo(string name, string text, Type type)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception exception) when (exception is FormatException or NotSupportedException or ArgumentException)
        {
            throw new InvalidOperationException($"Parameter --{name}: '{text}' is no {type.Name}: {exception.Message}", exception);
        }
    }

    private string? FromEnvironment(string name)
    {
        if (environment.TryGetValue(name, out var exact))
            return exact;

        static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit));
        var matches = environment
            .Where(variable => Letters(variable.Key) is var key
                && (key.Equals(name, StringComparison.OrdinalIgnoreCase) || key.Equals("NUKE" + name, StringComparison.OrdinalIgnoreCase)))
            .Take(2).ToList();
        return matches is [var only] ? only.Value : null;
    }
}
