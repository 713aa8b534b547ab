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

    /// <summary>It failed, or is suspected of having crashed the daemon; it is tried again by itself.</summary>
    Paused,

    /// <summary>It failed too often, or hung, and was stopped: somebody has to lift that.</summary>
    Disabled,

    /// <summary>Its file was not loaded.</summary>
    Refused,
}
