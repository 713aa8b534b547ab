using System.Buffers;
using System.Globalization;
using System.Text.Json;
using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>
/// Tunables as programs that were written for the C program read them: an object of tuners, each an object of tunables.
/// A value is a number, a list of numbers or a string; it is that of the global namespace.
/// </summary>
internal static class ClassicJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    /// <summary>What -q jstatus prints: the value of each tunable.</summary>
    internal static ReadOnlyMemory<byte> Values(IReadOnlyList<TunableReport> tunables) => Write(tunables, static (json, name, value) =>
    {
        json.WritePropertyName(name);
        if (Numbers(value) is not { } numbers)
        {
            json.WriteStringValue(value.Text);
            return;
        }

        if (numbers.Length == 1)
        {
            json.WriteNumberValue(numbers[0]);
            return;
        }

        json.WriteStartArray();
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    });

    /// <summary>What -q jtunables prints: whether a tunable has numbers or a string, and how many.</summary>
    internal static ReadOnlyMemory<byte> Kinds(IReadOnlyList<TunableReport> tunables) => Write(tunables, static (json, name, value) =>
    {
        var numbers = Numbers(value);
        json.WriteStartObject(name);
        json.WriteString("type", numbers is null ? "string" : "integer");
        json.WriteNumber("num_values", numbers?.Length ?? 1);
        json.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Write(IReadOnlyList<TunableReport> tunables, Action<Utf8JsonWriter, string, Value> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            foreach (var tuner in tunables.GroupBy(tunable => tunable.Tuner))
            {
                json.WriteStartObject(tuner.Key);
                foreach (var tunable in tuner)
                {
                    // What this kernel lacks, or what cannot be read now, has no value that a reader could take.
                    if (tunable.Values.FirstOrDefault(v => v.Namespace == "global")?.Value is { } text)
                        write(json, tunable.Name, new Value(text, tunable.Unit));
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static long[]? Numbers(Value value)
    {
        if (value.Unit == "text")
            return null;
        var words = value.Text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new long[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!long.TryParse(words[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }

        return numbers.Length == 0 ? null : numbers;
    }

    private readonly record struct Value(string Text, string Unit);
}
