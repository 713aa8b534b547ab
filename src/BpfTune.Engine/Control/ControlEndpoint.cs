namespace BpfTune.Engine.Control;

/// <summary>Where a daemon listens.</summary>
/// <param name="SocketPath">The control socket; null to ask by TCP.</param>
/// <param name="Port">A port on 127.0.0.1 that answers queries only; used when there is no path.</param>
public sealed record ControlEndpoint(string? SocketPath, int Port)
{
    /// <summary>The control socket at a path.</summary>
    public static ControlEndpoint Unix(string path) => new(path, 0);

    /// <summary>A port on 127.0.0.1.</summary>
    public static ControlEndpoint Loopback(int port) => new(null, port);

    /// <inheritdoc/>
    public override string ToString() => SocketPath ?? $"127.0.0.1:{Port}";
}
