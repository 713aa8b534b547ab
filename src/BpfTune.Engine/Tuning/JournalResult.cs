using System.Text.Json.Serialization;

namespace BpfTune.Engine.Tuning;

/// <summary>How an intent, a trial or a rollback ended.</summary>
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

    /// <summary>Of a trial: less is lost, and the raise stays.</summary>
    [JsonStringEnumMemberName("helped")]
    Helped,

    /// <summary>Of a trial: as much is lost as before, and the raise was taken back.</summary>
    [JsonStringEnumMemberName("no_difference")]
    NoDifference,

    /// <summary>Of a trial: more is lost, and the raise was taken back.</summary>
    [JsonStringEnumMemberName("harm")]
    Harm,
}
