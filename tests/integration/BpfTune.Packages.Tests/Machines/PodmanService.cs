using System.Diagnostics;
using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>Docker's interface, offered by podman for as long as the suite runs, on a socket of its own: Testcontainers speaks to nothing else.</summary>
internal static class PodmanService
{
    /// <summary>The label of a container, whose value is the process that made it.</summary>
    public const string Label = "org.bpftune.tests";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static Process? s_service;

    /// <summary>The value of the label.</summary>
    public static string Owner { get; } = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The network of a machine: none, since podman would turn this machine's forwarding on for it and leave it so. Docker's
    /// default where another engine runs the machines.
    /// </summary>
    public static string NetworkMode => s_service is null ? "default" : "none";

    /// <summary>Starts it, and says to Testcontainers where it is.</summary>
    public static void Start()
    {
        if (s_service is not null)
            return;

        // Of a suite that was killed nobody else will.
        foreach (var owner in Podman("ps", "--all", "--filter", $"label={Label}", "--format", $"{{{{index .Labels \"{Label}\"}}}}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            if (!Directory.Exists($"/proc/{owner}"))
                RemoveContainersOf(owner);
        }

        // It ends by itself when nobody has spoken to it for that long (more than an image takes to be made), whatever becomes of the tests.
        var socket = $"/run/bpftune-tests-{Owner}.sock";
        s_service = Process.Start(new ProcessStartInfo("podman", ["system", "service", "--time", "900", $"unix://{socket}"]))!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(socket);
        var start = Stopwatch.GetTimestamp();
        while (!File.Exists(socket))
        {
            if (s_service.HasExited || Stopwatch.GetElapsedTime(start) > s_patience)
                throw new LabException("'podman system service' offers no socket");
            Thread.Sleep(20);
        }

        Environment.SetEnvironmentVariable("DOCKER_HOST", $"unix://{socket}");

        // Its helper that removes what a test left behind is an image of its own, which cannot be pulled everywhere.
        Environment.SetEnvironmentVariable("TESTCONTAINERS_RYUK_DISABLED", "true");
    }

    // Also when the suite is told to end while machines are up.
    private static void Stop(string socket)
    {
        s_service!.Kill();
        s_service.WaitForExit(s_patience);
        File.Delete(socket);
        RemoveContainersOf(Owner);
    }

    private static void RemoveContainersOf(string owner) =>
        Podman("rm", "--force", "--time", "0", "--volumes", "--filter", $"label={Label}={owner}");

    private static string Podman(params string[] arguments) => Tool.Run("podman", arguments).OrThrow().Output;
}
