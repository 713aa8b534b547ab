using System.Net;

namespace BpfTune.Lab;

/// <summary>Many connections, each short: a client connects, sends, waits until the server has closed.</summary>
public sealed record ShortConnectionOptions
{
    /// <summary>How many in all.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>How many at the same time.</summary>
    public int Parallel { get; init; } = 16;

    /// <summary>Bytes that each sends.</summary>
    public int Bytes { get; init; } = 1000;

    /// <summary>Length of the accept queue.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>Whether over IPv6.</summary>
    public bool IPv6 { get; init; }

    /// <summary>The server's address; null: end B of a pipe.</summary>
    public IPAddress? Server { get; init; }

    /// <summary>After which a connection counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
