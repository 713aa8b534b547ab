using System.Text.Json.Serialization;

namespace BpfTune.Engine.Control;

/// <summary>What a tuner is doing.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TunerState>))]
public enum TunerState
{
    /// <summary>Loaded and tuning (in some namespaces an administrator's setting may have stopped it).</summary>
    Running,

    /// <summary>This kernel has nothing for it to tune.</summary>
    NotNeeded,

    /// <summary>It failed and was stopped.</summary>
    Disabled,

    /// <summary>Its file was not loaded.</summary>
    Refused,
}
