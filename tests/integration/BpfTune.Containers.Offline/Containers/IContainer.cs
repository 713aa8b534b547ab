namespace DotNet.Testcontainers.Containers;

/// <summary>A container. Disposing of it removes it, running or not.</summary>
public interface IContainer : IAsyncDisposable
{
    /// <summary>The engine's id of it.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    string Id { get; }

    /// <summary>Creates and starts it.</summary>
    Task StartAsync(CancellationToken ct = default);

    /// <summary>Runs a command in it, to its end.</summary>
    /// <param name="command">The program and its arguments; no shell takes part.</param>
    /// <param name="ct">Gives up waiting, and ends the command's client.</param>
    Task<ExecResult> ExecAsync(IList<string> command, CancellationToken ct = default);
}
