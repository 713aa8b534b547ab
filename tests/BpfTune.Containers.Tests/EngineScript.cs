namespace BpfTune.Containers.Tests;

/// <summary>A script in place of podman, that notes how it was called.</summary>
internal sealed class EngineScript : IDisposable
{
    private const string Variable = "BPFTUNE_CONTAINER_ENGINE";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-engine-");
    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    /// <summary>Writes it.</summary>
    /// <param name="body">Shell commands that run after the call is noted; <c>$1</c> is the engine's command.</param>
    /// <param name="name">What the engine is called.</param>
    public EngineScript(string body, string name = "podman")
    {
        var script = Path.Combine(_directory.FullName, name);
        File.WriteAllText(script, $"#!/bin/sh\n{{ for word in \"$@\"; do printf '[%s]' \"$word\"; done; echo; }} >>{CallsFile}\n{body}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable(Variable, script);
    }

    /// <summary>The calls, each argument in brackets.</summary>
    public string[] Calls => File.Exists(CallsFile) ? File.ReadAllLines(CallsFile) : [];

    private string CallsFile => Path.Combine(_directory.FullName, "calls");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, _before);
        _directory.Delete(recursive: true);
    }
}
