using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace DotNet.Testcontainers.Builders;

/// <summary>Says what a container is to be. Every member answers with a new builder, and leaves this one as it is.</summary>
public sealed class ContainerBuilder
{
    private readonly string _image;
    private readonly IReadOnlyList<string> _options;
    private readonly IReadOnlyList<string> _command;

    /// <summary>A container of an image.</summary>
    public ContainerBuilder(string image)
        : this(image, [], [])
    {
    }

    private ContainerBuilder(string image, IReadOnlyList<string> options, IReadOnlyList<string> command)
    {
        _image = image;
        _options = options;
        _command = command;
    }

    /// <summary>What it runs, in place of the image's own command.</summary>
    public ContainerBuilder WithCommand(params string[] command) => new(_image, _options, [.. _command, .. command]);

    /// <summary>Sets a variable of its environment.</summary>
    public ContainerBuilder WithEnvironment(string name, string value) => With("--env", $"{name}={value}");

    /// <summary>Shows it a directory or a file of this machine.</summary>
    public ContainerBuilder WithBindMount(string source, string destination, AccessMode accessMode) =>
        With("--volume", $"{source}:{destination}:{accessMode.Value}");

    /// <summary>Gives it a directory in memory.</summary>
    public ContainerBuilder WithTmpfsMount(string destination) => With("--tmpfs", destination);

    /// <summary>Lets it do to the kernel what root may do outside it.</summary>
    public ContainerBuilder WithPrivileged(bool privileged) => privileged ? With("--privileged") : this;

    /// <summary>The container, not started.</summary>
    public IContainer Build() => new CommandLineContainer([.. _options, _image, .. _command]);

    private ContainerBuilder With(params string[] options) => new(_image, [.. _options, .. options], _command);
}
