using System.Text.Json.Serialization;

namespace BpfTune.Engine.Tuning;

/// <summary>The JSON of ignored advice: names in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AdviceSubject))]
internal sealed partial class AdviceJson : JsonSerializerContext;
