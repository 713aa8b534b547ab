using System.Text.Json.Serialization;

namespace BpfTune.Engine.Tuning;

/// <summary>What a line of the journal says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalKind>))]
public enum JournalKind
{
    /// <summary>A sysctl is about to be written: <c>old</c> was read, <c>new</c> will be written.</summary>
    [JsonStringEnumMemberName("intent")]
    Intent,

    /// <summary>What became of an intent; <c>new</c> is the value read back.</summary>
    [JsonStringEnumMemberName("outcome")]
    Outcome,

    /// <summary>An administrator set a tunable by hand; the tuner has stopped in that namespace.</summary>
    [JsonStringEnumMemberName("override")]
    Override,

    /// <summary>The tuner may tune again.</summary>
    [JsonStringEnumMemberName("resume")]
    Resume,

    /// <summary>A value was put back, or why it was not.</summary>
    [JsonStringEnumMemberName("rollback")]
    Rollback,

    /// <summary>Stands for older lines that were dropped: <c>old</c> is the first original, <c>new</c> the last value written.</summary>
    [JsonStringEnumMemberName("kept")]
    Kept,

    /// <summary>A namespace has ended: nothing is left to undo or to remember in it.</summary>
    [JsonStringEnumMemberName("gone")]
    Gone,

    /// <summary>The first line of a file, and of each boot: version of the format, and the tunables that may be put back.</summary>
    [JsonStringEnumMemberName("header")]
    Header,

    /// <summary>Further tunables that may be put back: a tuner was loaded that manages them.</summary>
    [JsonStringEnumMemberName("managed")]
    Managed,

    /// <summary>How a trial ended (<c>result</c>, <c>evidence</c>), and for the how manieth time in a row without use (<c>changes</c>).</summary>
    [JsonStringEnumMemberName("trial")]
    Trial,

    /// <summary>Part of the journal was found damaged in this boot; <c>evidence</c> says what and what it costs.</summary>
    [JsonStringEnumMemberName("damage")]
    Damage,
}
