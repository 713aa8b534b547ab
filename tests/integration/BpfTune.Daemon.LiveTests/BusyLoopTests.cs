using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using BpfTune.Engine.Control;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>What others do by the million does not keep the daemon from answering and from ending.</summary>
public sealed class BusyLoopTests
{
    /// <summary>Ten times what is promised: these are deadlines, not measurements.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    /// <summary>Bytes that a pipe holds: pipe(7).</summary>
    private const int PipeCapacity = 65_536;

    private const string Autogroup = "kernel.sched_autogroup_enabled";

    [Fact]
    public void A_flood_of_foreign_settings_keeps_it_neither_from_answering_nor_from_ending()
    {
        Suite.Require();
        // Where the scheduler groups processes by session (sched(7)), a session that hardly ever runs waits for many seconds
        // beside one that always does. The daemon as a service is in no such group.
        using var sessions = Sysctl.TryRead(Autogroup) is null ? null : SysctlOverride.Set(Autogroup, "0");
        using var daemon = new TestDaemon();
        // A user's own namespaces: his sysctls are his to write, as fast as he can.
        var flood = Enumerable.Range(0, 3).Select(_ => Process.Start(new ProcessStartInfo("unshare")
        {
            ArgumentList =
            {
                "-Urn", "sh", "-c",
                // A line has 20 bytes, so that each is a write.
                "yes '4096 131072 1000000' | dd of=/proc/sys/net/ipv4/tcp_rmem bs=20 conv=notrunc status=none",
            },
        })!).ToArray();
        try
        {
            daemon.WaitUntil(() => flood.All(IsWriting), "the flood has begun");
            // By the socket itself: what a program takes to start among so many is no concern of the daemon's.
            var client = new ControlClient(ControlEndpoint.Unix(daemon.ControlSocket));
            var start = Stopwatch.GetTimestamp();
            Assert.NotEqual(0, client.Ask(new ControlRequest("status")).Length);
            Report("status", start);
            start = Stopwatch.GetTimestamp();
            Assert.Equal(0, daemon.Process.Stop(s_deadline).ExitCode);
            Report("SIGTERM", start);
        }
        finally
        {
            foreach (var one in flood)
            {
                one.Kill(entireProcessTree: true);
                one.WaitForExit();
                one.Dispose();
            }
        }
    }

    [Fact]
    public void A_reader_of_the_log_who_was_stopped_keeps_it_neither_from_answering_nor_from_ending()
    {
        Suite.Require();
        var directory = Directory.CreateTempSubdirectory("bpftune-test-");
        var runtime = directory.FullName + "/run";
        // A pipe that nobody reads, and that is full before the daemon's first line.
        using var daemon = Process.Start(new ProcessStartInfo("sh")
        {
            ArgumentList =
            {
                "-c", $"head -c {PipeCapacity} /dev/zero; exec \"$0\" -s -d --config /nonexistent --libdir \"$1\" --runtime-dir \"$2\" --state-dir \"$3\" 2>&1 >/dev/null",
                Suite.Executable, Suite.Tuners, runtime, directory.FullName + "/state",
            },
            RedirectStandardOutput = true,
        })!;
        try
        {
            ToolResult answer;
            var start = Stopwatch.GetTimestamp();
            while ((answer = Tool.Run(Suite.Executable, "namespaces", "--runtime-dir", runtime)).ExitCode != 0)
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < s_deadline, answer.Error);
                Thread.Sleep(50);
            }

            Assert.Equal(0, Tool.Run(Suite.Executable, "status", "--runtime-dir", runtime).ExitCode);
            Tool.Run("kill", $"{daemon.Id}").OrThrow();
            Assert.True(daemon.WaitForExit(s_deadline), "it waits for its log");
            Assert.Equal(0, daemon.ExitCode);
            Assert.InRange(daemon.StandardOutput.ReadToEnd().Length, PipeCapacity, PipeCapacity + 4096);
        }
        finally
        {
            if (!daemon.HasExited)
                daemon.Kill();
            daemon.WaitForExit();
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_thousand_callers_who_say_nothing_cost_few_descriptors_and_keep_nobody_out()
    {
        Suite.Require();
        using var daemon = new TestDaemon();
        var before = Descriptors(daemon);
        var callers = new List<Socket>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Connect(new UnixDomainSocketEndPoint(daemon.ControlSocket));
                callers.Add(socket);
            }

            daemon.Ask("status");
            Assert.InRange(Descriptors(daemon), before, before + 20);
        }
        finally
        {
            callers.ForEach(c => c.Dispose());
        }
    }

    /// <summary>Whether its dd has had a tenth of a second of a processor: hundred thousands of writes.</summary>
    private static bool IsWriting(Process shell)
    {
        var children = File.ReadAllText($"/proc/{shell.Id}/task/{shell.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return children.Any(child => File.ReadAllText($"/proc/{child}/stat").Split(' ') is [_, "(dd)", .. var rest] && int.Parse(rest[12], CultureInfo.InvariantCulture) >= 10);
    }

    private static int Descriptors(TestDaemon daemon) => Directory.GetFiles($"/proc/{daemon.Process.ProcessId}/fd").Length;

    private static void Report(string what, long start)
    {
        var taken = Stopwatch.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper!.WriteLine($"{what} took {taken.TotalMilliseconds:0} ms during the flood");
        Assert.True(taken < s_deadline, what);
    }
}
