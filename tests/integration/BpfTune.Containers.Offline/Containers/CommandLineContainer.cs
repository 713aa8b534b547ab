namespace DotNet.Testcontainers.Containers;

/// <summary>A container of docker or podman, driven as a person would.</summary>
internal sealed class CommandLineContainer(IReadOnlyList<string> runArguments) : IContainer
{
    private string? _id;

    public string Id => _id ?? throw new InvalidOperationException("The container was not started.");

    public async Task StartAsync(CancellationToken ct = default)
    {
        if (_id is not null)
            throw new InvalidOperationException("The container was started already.");

        var result = await ContainerEngine.RunAsync(["run", "--detach", .. runArguments], ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"'{ContainerEngine.Name} run {string.Join(' ', runArguments)}' failed with exit code {result.ExitCode}: {result.Stderr.Trim()}");
        _id = result.Stdout.Trim();
    }

    public Task<ExecResult> ExecAsync(IList<string> command, CancellationToken ct = default) =>
        ContainerEngine.RunAsync(["exec", Id, .. command], ct);

    public async ValueTask DisposeAsync()
    {
        if (_id is null)
            return;

        // podman, unlike docker, would first ask its processes to end, and wait ten seconds for those that do not.
        string[] atOnce = Path.GetFileName(ContainerEngine.Name) == "podman" ? ["--time", "0"] : [];
        var result = await ContainerEngine.RunAsync(["rm", "--force", .. atOnce, "--volumes", _id], CancellationToken.None).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"The container {_id} cannot be removed: {result.Stderr.Trim()}");
        _id = null;
    }
}
