using System.Text.Json.Serialization;
using BpfTune.Engine.Control;

namespace BpfTune.Engine.Tuning;

/// <summary>What may be done with a tunable, the most cautious first: the lesser of two is the more cautious.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TuningMode>))]
public enum TuningMode
{
    /// <summary>Nothing, and nothing is said about it.</summary>
    Off,

    /// <summary>Nothing is written; what would be done is said.</summary>
    Advise,

    /// <summary>It is tuned.</summary>
    Tune,
}
