using System.Collections.Concurrent;
using BpfTune.Lab;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>The image of a distribution: its own where that can be pulled, else the layout that stands in for it.</summary>
internal static class Image
{
    private static readonly ConcurrentDictionary<string, string> s_names = new();

    /// <summary>Makes it, unless it is there already.</summary>
    /// <param name="distribution">debian, fedora or archlinux.</param>
    /// <returns>Its name.</returns>
    public static string Of(string distribution) => s_names.GetOrAdd(distribution, Make);

    private static string Make(string distribution)
    {
        var images = Path.Combine(Suite.RepositoryRoot, "tests/integration/images");
        var result = Tool.Run(Path.Combine(images, "make.sh"), distribution);
        Assert.True(result.ExitCode == 0, $"There is no image of {distribution}: {result.Error}");

        // The same engine and settings for the containers.
        var words = result.Output.Trim().Split('\n')[^1].Split(' ');
        Environment.SetEnvironmentVariable("BPFTUNE_CONTAINER_ENGINE", words[0]);
        if (words[0] == "podman")
        {
            if (Environment.GetEnvironmentVariable("CONTAINERS_CONF") is null or "")
                Environment.SetEnvironmentVariable("CONTAINERS_CONF", Path.Combine(images, "containers.conf"));
            PodmanService.Start();
        }

        return words[1];
    }
}
