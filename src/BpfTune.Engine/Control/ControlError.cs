using System.Text.Json.Serialization;

namespace BpfTune.Engine.Control;

/// <summary>Why a request was not answered.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ControlError>))]
public enum ControlError
{
    /// <summary>The request could not be read, or names something that there is not.</summary>
    BadRequest,

    /// <summary>The caller may not do this.</summary>
    Denied,

    /// <summary>The daemon could not do it.</summary>
    Failed,

    /// <summary>There are too many callers, or this one was too slow; asking again may help.</summary>
    Busy,

    /// <summary>Nobody listens: the daemon does not run. Never sent over the wire.</summary>
    NoDaemon,
}
