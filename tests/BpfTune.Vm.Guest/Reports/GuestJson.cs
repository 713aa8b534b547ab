using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BpfTune.Vm.Guest;

/// <summary>The report's JSON, which the guest writes and the host reads.</summary>
[JsonSerializable(typeof(GuestReport))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
public sealed partial class GuestJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static GuestJson Readable { get; } = new(new JsonSerializerOptions
    {
        Converters = { new JsonStringEnumConverter<CellOutcome>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    });
}
