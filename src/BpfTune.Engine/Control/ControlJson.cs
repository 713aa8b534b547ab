using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BpfTune.Engine.Control;

/// <summary>
/// The reports' JSON: names in snake_case, nulls left out. Generated when built, so that nothing is reflected upon at
/// run time. Use <see cref="Readable"/>.
/// </summary>
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlError))]
[JsonSerializable(typeof(EngineStatus))]
[JsonSerializable(typeof(IReadOnlyList<TunerReport>))]
[JsonSerializable(typeof(IReadOnlyList<TunableReport>))]
[JsonSerializable(typeof(IReadOnlyList<ChangeReport>))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(IReadOnlyList<NamespaceReport>))]
[JsonSerializable(typeof(IReadOnlyList<RollbackReport>))]
[JsonSerializable(typeof(ResumeReport))]
[JsonSerializable(typeof(IReadOnlyList<AdviceReport>))]
[JsonSerializable(typeof(IReadOnlyList<AdviceOrderReport>))]
public sealed partial class ControlJson : JsonSerializerContext
{
    /// <summary>The context to use. It leaves quotes and angle brackets as they are: the text goes to terminals and programs, never into HTML.</summary>
    public static ControlJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
