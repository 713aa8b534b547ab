using System.Diagnostics;
using BpfTune.Lab;
using DotNet.Testcontainers.Builders;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>Docker's interface, offered by podman: Testcontainers speaks to nothing else. The stand-in needs none.</summary>
internal static class PodmanService
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static Process? s_service;

    /// <summary>Starts it, and says to Testcontainers where it is.</summary>
    public static void Start()
    {
        if (s_service is not null || typeof(ContainerBuilder).Assembly.GetName().Name != "Testcontainers")
            return;

        // It ends by itself when nobody has spoken to it for a minute, whatever becomes of the tests.
        var socket = $"/run/bpftune-tests-{Environment.ProcessId}.sock";
        s_service = Process.Start(new ProcessStartInfo("podman", ["system", "service", "--time", "60", $"unix://{socket}"]))!;
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

    private static void Stop(string socket)
    {
        s_service!.Kill();
        s_service.WaitForExit(s_patience);
        File.Delete(socket);
    }
}
