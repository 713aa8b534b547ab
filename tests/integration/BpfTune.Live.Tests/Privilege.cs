using BpfTune.Engine.Kernel;

namespace BpfTune.Live.Tests;

/// <summary>Whether this process may do what the live tests do.</summary>
internal static class Privilege
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";

    private static readonly Lazy<KernelCapabilities> s_kernel = new(static () => KernelCapabilities.Probe());

    /// <summary>What this kernel can do; probed once for all tests.</summary>
    internal static KernelCapabilities Kernel => s_kernel.Value;

    /// <summary>Skips the test without privilege, or fails it where the tests must run.</summary>
    internal static void Require()
    {
        if (Kernel.Critical is not [var reason, ..])
            return;
        Assert.False(Environment.GetEnvironmentVariable(RequireVariable) == "1", $"{RequireVariable}=1, but {reason}");
        Assert.Skip(reason);
    }
}
