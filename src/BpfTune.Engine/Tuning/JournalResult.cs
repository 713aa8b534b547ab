using System.Text.Json.Serialization;

namespace BpfTune.Engine.Tuning;

/// <summary>How an intent or a rollback ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalResult>))]
public enum JournalResult
{
    /// <summary>Written and read back.</summary>
    [JsonStringEnumMemberName("applied")]
    Applied,

    /// <summary>Not written.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The value before the first change is in place again.</summary>
    [JsonStringEnumMemberName("restored")]
    Restored,

    /// <summary>Somebody else has set the value since; it was left alone.</summary>
    [JsonStringEnumMemberName("left")]
    Left,

    /// <summary>The namespace is gone.</summary>
    [JsonStringEnumMemberName("gone")]
    Gone,
}
