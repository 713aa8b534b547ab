using BpfTune.Engine.Kernel;

namespace BpfTune.Daemon.LiveTests;

/// <summary>The published suite under test, and whether it may be tested here.</summary>
internal static class Suite
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";

    /// <summary>The published daemon.</summary>
    public static string Executable => Environment.GetEnvironmentVariable("BPFTUNE_EXECUTABLE") ?? "";

    /// <summary>The published tuners, in a directory that only root can write to.</summary>
    public static string Tuners => Environment.GetEnvironmentVariable("BPFTUNE_TUNERS") ?? "";

    /// <summary>Skips the test where it cannot run, or fails it where it must.</summary>
    public static void Require()
    {
        var reason = !File.Exists(Executable)
            ? "BPFTUNE_EXECUTABLE names no published daemon; ./build.sh IntegrationTest sets it"
            : KernelCapabilities.Probe().Critical.FirstOrDefault();
        if (reason is null)
            return;
        Assert.False(Environment.GetEnvironmentVariable(RequireVariable) == "1", $"{RequireVariable}=1, but {reason}");
        Assert.Skip(reason);
    }
}
