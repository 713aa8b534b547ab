using System.Text.Json;
using System.Text.Json.Serialization;

namespace BpfTune.Engine.Control;

/// <summary>Writes an enum's members as words in snake_case, as all names in the suite's JSON are.</summary>
public sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
