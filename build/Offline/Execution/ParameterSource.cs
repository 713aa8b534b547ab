using System.ComponentModel;
using System.Text.Json;
using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary>Values of parameters, by NUKE's rules: names without regard to case and dashes; targets are the words before the first option.</summary>
internal sealed class ParameterSource(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
{
    private Dictionary<string, string> _file = [];

    /// <summary>The words before the first option: targets.</summary>
    public IReadOnlyList<string> Positional => [.. arguments.TakeWhile(argument => !IsOption(argument))];

    /// <summary>The options given, as they were written.</summary>
    public IEnumerable<string> Options => arguments.Where(IsOption);

    public static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);

    /// <summary>The words after an option and before the next one; null if it was not given. The last of several counts.</summary>
    public IReadOnlyList<string>? Values(string name) =>
        IndexOf(name) is >= 0 and var index ? [.. arguments.Skip(index + 1).TakeWhile(argument => !IsOption(argument))] : null;

    /// <summary>The value of a parameter as a type; null if nothing gives one.</summary>
    /// <exception cref="InvalidOperationException">It was given none, several, or one that is not of that type.</exception>
    public object? Get(string name, Type type)
    {
        var scalar = Nullable.GetUnderlyingType(type) ?? type;
        if (Values(name) is { } values)
        {
            return values.Count switch
            {
                0 when scalar == typeof(bool) => true,
                0 => throw new InvalidOperationException($"Parameter --{name} needs a value."),
                1 => ConvertTo(name, values[0], scalar),
                _ => throw new InvalidOperationException(
                    $"Parameter --{name} takes one value, but was given {values.Count}: {string.Join(' ', values)}. (Targets go before parameters.)"),
            };
        }

        return (FromEnvironment(name) ?? _file.GetValueOrDefault(Plain(name))) is { } text ? ConvertTo(name, text, scalar) : null;
    }

    /// <summary>Takes what <c>.nuke/parameters.json</c> says as defaults.</summary>
    public void ReadFile(AbsolutePath file)
    {
        if (!file.FileExists())
            return;

        using var document = JsonDocument.Parse(File.ReadAllText(file));
        _file = document.RootElement.EnumerateObject()
            .Where(property => !property.Name.StartsWith('$'))
            .ToDictionary(property => Plain(property.Name), property => property.Value.ToString(), StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsOption(string argument) => argument.StartsWith('-');

    private static object ConvertTo(string name, string text, Type type)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text)
                ?? throw new FormatException("it converts to nothing");
        }
        catch (Exception exception) when (exception is FormatException or NotSupportedException or ArgumentException)
        {
            throw new InvalidOperationException($"Parameter --{name}: '{text}' is no {type.Name}: {exception.Message}", exception);
        }
    }

    private int IndexOf(string name)
    {
        for (var index = arguments.Count - 1; index >= 0; index--)
        {
            if (IsOption(arguments[index]) && Plain(arguments[index]).Equals(Plain(name), StringComparison.OrdinalIgnoreCase))
                return index;
        }

        return -1;
    }

    private string? FromEnvironment(string name)
    {
        if (environment.TryGetValue(name, out var exact))
            return exact;

        static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit));
        var wanted = Letters(name);
        var matches = environment
            .Where(variable => Letters(variable.Key) is var key
                && (key.Equals(wanted, StringComparison.OrdinalIgnoreCase) || key.Equals("NUKE" + wanted, StringComparison.OrdinalIgnoreCase)))
            .Take(2).ToList();
        return matches is [var only] ? only.Value : null;
    }
}
