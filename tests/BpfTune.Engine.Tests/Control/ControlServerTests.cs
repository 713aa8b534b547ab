using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using BpfTune.Engine.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Engine.Tests.Control;

public sealed class ControlServerTests
{
    private static readonly ControlJson Json = ControlJson.Readable;

    [Fact]
    public void A_client_reads_what_the_engine_says()
    {
        using var harness = new ControlHarness();

        var status = ControlClient.Read(harness.Client.Ask(new ControlRequest("status")), Json.EngineStatus);

        Assert.Equal(4242, status.ProcessId);
        Assert.Equal(FakeQueries.Noon, status.Started);
        Assert.Equal(TunerState.NotNeeded, status.Tuners[1].State);
        Assert.Equal("fentry", status.Tuners[0].Hooks[1].Failures[0].Mechanism);
        Assert.Null(status.JournalProblem);
    }

    [Fact]
    public void The_socket_is_its_owners_alone_and_is_gone_afterwards()
    {
        string path;
        using (var harness = new ControlHarness())
        {
            path = harness.Options.ControlSocketPath;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.False(Path.Exists(path));
    }

    [Fact]
    public void A_socket_left_by_a_daemon_that_was_killed_is_taken_over()
    {
        using var directory = new TemporaryDirectory();
        var options = new EngineOptions { RuntimeDirectory = directory.Path };
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            dead.Bind(new UnixDomainSocketEndPoint(options.ControlSocketPath));

        using var server = new ControlServer(options, new FakeQueries(), NullLogger.Instance, (_, _) => throw new InvalidOperationException(), TimeProvider.System);

        Assert.True(Path.Exists(options.ControlSocketPath));
    }

    [Fact]
    public void Commands_are_taken_on_the_socket()
    {
        using var harness = new ControlHarness();

        var report = ControlClient.Read(harness.Client.Ask(new ControlRequest("resume", "tcp_buffer", "blue")), Json.ResumeReport);

        Assert.Equal(["blue"], report.Namespaces);
        Assert.Equal(["resume tcp_buffer blue"], harness.Queries.Commands);
    }

    [Fact]
    public void The_port_answers_queries_and_refuses_commands()
    {
        using var harness = new ControlHarness(tcp: true);

        Assert.Equal(2, ControlClient.Read(harness.TcpClient.Ask(new ControlRequest("namespaces")), Json.IReadOnlyListNamespaceReport).Count);
        var refused = Assert.Throws<ControlException>(() => harness.TcpClient.Ask(new ControlRequest("rollback")));

        Assert.Equal(ControlError.Denied, refused.Error);
        Assert.Empty(harness.Queries.Commands);
    }

    [Fact]
    public void The_port_is_open_on_the_loopback_address_only()
    {
        using var harness = new ControlHarness(tcp: true);
        var port = harness.Server.Port!.Value;
        var listeners = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();

        Assert.All(listeners.Where(l => l.Port == port), l => Assert.Equal(IPAddress.Loopback, l.Address));
        Assert.Contains(listeners, l => l.Port == port);
    }

    [Fact]
    public void A_port_that_is_taken_is_said_and_nothing_is_left_open()
    {
        using var directory = new TemporaryDirectory();
        var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        try
        {
            var options = new EngineOptions { RuntimeDirectory = directory.Path, Port = ((IPEndPoint)taken.LocalEndpoint).Port };

            var failure = Assert.Throws<IOException>(() =>
                new ControlServer(options, new FakeQueries(), NullLogger.Instance, (_, _) => throw new InvalidOperationException(), TimeProvider.System));

            Assert.Contains($"port {options.Port}", failure.Message, StringComparison.Ordinal);
            Assert.False(Path.Exists(options.ControlSocketPath));
        }
        finally
        {
            taken.Stop();
        }
    }

    [Fact]
    public void A_request_may_come_in_pieces()
    {
        using var harness = new ControlHarness();
        using var socket = Connect(harness);
        foreach (var b in "{\"query\":\"summary\"}\n"u8.ToArray())
            socket.Send([b]);

        Assert.StartsWith("{\"ok\":true", ReadToEnd(socket), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_end_is_refused()
    {
        using var harness = new ControlHarness();
        using var socket = Connect(harness);
        socket.Send(new byte[ControlConnection.MaximumRequest]);

        Assert.Contains("at most 4096 bytes", ReadToEnd(socket), StringComparison.Ordinal);
    }

    [Fact]
    public void A_silent_caller_is_dropped_and_holds_nobody_up()
    {
        using var harness = new ControlHarness(timeLimit: TimeSpan.FromMilliseconds(200));
        using var silent = Connect(harness);
        silent.Send("{\"query\""u8);

        Assert.NotEmpty(harness.Client.Ask(new ControlRequest("status")).ToArray());
        Assert.Contains("did not come to its end in time", ReadToEnd(silent), StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_that_does_not_read_holds_nobody_up()
    {
        using var harness = new ControlHarness(timeLimit: TimeSpan.FromSeconds(1));
        var one = harness.Queries.AllChanges[0];
        for (var i = 0; i < 20_000; i++)
            harness.Queries.AllChanges.Add(one);
        using var deaf = Connect(harness);
        deaf.Send("{\"query\":\"changes\",\"limit\":20000}\n"u8);

        for (var i = 0; i < 20; i++)
            Assert.NotEmpty(harness.Client.Ask(new ControlRequest("status")).ToArray());
    }

    [Fact]
    public void A_long_reply_arrives_whole()
    {
        using var harness = new ControlHarness();
        var one = harness.Queries.AllChanges[0];
        for (var i = 0; i < 20_000; i++)
            harness.Queries.AllChanges.Add(one);

        var reply = ControlClient.Read(harness.Client.Ask(new ControlRequest("changes", Limit: 20_000)), Json.IReadOnlyListChangeReport);

        Assert.Equal(20_000, reply.Count);
    }

    [Fact]
    public void Silent_callers_make_room_for_one_who_asks_and_are_told()
    {
        using var harness = new ControlHarness(timeLimit: TimeSpan.FromSeconds(30));
        var idle = Enumerable.Range(0, ControlServer.MaximumConnections).Select(_ => Connect(harness)).ToArray();

        Assert.NotEmpty(harness.Client.Ask(new ControlRequest("status")).ToArray());

        Assert.Contains("too many callers at once", ReadToEnd(idle[0]), StringComparison.Ordinal);
        foreach (var socket in idle)
            socket.Dispose();
    }

    [Fact]
    public void A_thousand_silent_callers_cost_a_bounded_number_of_descriptors()
    {
        using var harness = new ControlHarness(timeLimit: TimeSpan.FromSeconds(30));
        var idle = new List<Socket>();
        var most = 0;
        for (var i = 0; i < 1000; i++)
        {
            idle.Add(Connect(harness));
            if (i % 100 != 99)
                continue;
            Assert.NotEmpty(harness.Client.Ask(new ControlRequest("status")).ToArray());
            most = Math.Max(most, Directory.GetFiles("/proc/self/fd").Length - idle.Count);
        }

        // All of this process but our own ends: the sixteen, the loop's, and what the runtime and the tests hold.
        Assert.True(most < 200, $"{most} descriptors");
        idle.ForEach(s => s.Dispose());
    }

    [Fact]
    public void A_caller_who_reads_slowly_gets_the_whole_reply()
    {
        using var harness = new ControlHarness(timeLimit: TimeSpan.FromMilliseconds(300));
        var one = harness.Queries.AllChanges[0];
        for (var i = 0; i < 20_000; i++)
            harness.Queries.AllChanges.Add(one);
        using var slow = Connect(harness);
        slow.ReceiveBufferSize = 4096;
        slow.Send("{\"query\":\"changes\",\"limit\":20000}\n"u8);

        // Longer in all than the time limit, which is for one who takes nothing.
        var reply = new MemoryStream();
        var buffer = new byte[256 * 1024];
        for (int n; (n = slow.Receive(buffer)) > 0; Thread.Sleep(40))
            reply.Write(buffer, 0, n);

        Assert.EndsWith("}\n", Encoding.UTF8.GetString(reply.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollback_of_many_values_keeps_nobody_waiting()
    {
        using var harness = new ControlHarness();
        using var release = new ManualResetEventSlim();
        harness.Queries.RollbackSteps = 1000;
        harness.Queries.OnRollbackStep = () => Thread.Sleep(release.IsSet ? 0 : 5);
        var rollback = Task.Run(() => ControlClient.Read(harness.Client.Ask(new ControlRequest("rollback")), Json.IReadOnlyListRollbackReport), TestContext.Current.CancellationToken);
        while (harness.Queries.Commands.Count == 0)
            Thread.Sleep(1);

        Assert.NotEmpty(harness.Client.Ask(new ControlRequest("status")).ToArray());

        Assert.False(rollback.IsCompleted, "it was waited for");
        release.Set();
#pragma warning disable xUnit1031 // It has a deadline of its own: the client's.
        Assert.Equal(1000, rollback.Result.Count);
#pragma warning restore xUnit1031
    }

    [Fact]
    public void A_status_of_many_namespaces_keeps_nobody_waiting()
    {
        using var harness = new ControlHarness();
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        harness.Queries.StatusSteps = [.. Enumerable.Repeat(() =>
        {
            begun.Set();
            Thread.Sleep(release.IsSet ? 0 : 5);
        }, 1000)];
        var status = Task.Run(() => harness.Client.Ask(new ControlRequest("status")).Length, TestContext.Current.CancellationToken);
        begun.Wait(TestContext.Current.CancellationToken);

        Assert.NotEmpty(harness.Client.Ask(new ControlRequest("changes")).ToArray());
        Assert.False(status.IsCompleted, "it was waited for");
        release.Set();
#pragma warning disable xUnit1031 // It has a deadline of its own: the client's.
        Assert.True(status.Result > 0);
#pragma warning restore xUnit1031
    }

    [Fact]
    public void A_rollback_that_fails_half_way_is_said()
    {
        using var harness = new ControlHarness();
        harness.Queries.RollbackSteps = 5;
        var steps = 0;
        harness.Queries.OnRollbackStep = () =>
        {
            if (++steps == 3)
                throw new InvalidOperationException("the disk is gone");
        };

        var failure = Assert.Throws<ControlException>(() => harness.Client.Ask(new ControlRequest("rollback")));

        Assert.Equal("the daemon could not answer: the disk is gone", failure.Message);
    }

    [Fact]
    public async Task Callers_on_the_port_do_not_take_places_from_the_socket()
    {
        using var harness = new ControlHarness(tcp: true, timeLimit: TimeSpan.FromSeconds(30));
        var idle = new List<Socket>();
        for (var i = 0; i < ControlServer.MaximumConnections + 4; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, harness.Server.Port!.Value, TestContext.Current.CancellationToken);
            idle.Add(socket);
        }

        Assert.NotEmpty(harness.Client.Ask(new ControlRequest("status")).ToArray());
        idle.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Nothing_wakes_the_loop_once_the_callers_are_gone()
    {
        using var harness = new ControlHarness(timeLimit: TimeSpan.FromMilliseconds(100));
        harness.Client.Ask(new ControlRequest("status"));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        var before = harness.WakeUps;

        await Task.Delay(400, TestContext.Current.CancellationToken);

        Assert.Equal(before, harness.WakeUps);
    }

    [Fact]
    public void Nobody_listening_is_no_daemon()
    {
        using var directory = new TemporaryDirectory();
        var client = new ControlClient(ControlEndpoint.Unix(Path.Combine(directory.Path, "none.sock")));

        var failure = Assert.Throws<ControlException>(() => client.Ask(new ControlRequest("status")));

        Assert.Equal(ControlError.NoDaemon, failure.Error);
    }

    [Theory]
    [InlineData("", "closed the connection without an answer")]
    [InlineData("{\"ok\":true,\"result\":{\"a\":", "stopped in the middle of its answer")]
    public void An_answer_that_is_cut_short_is_not_a_strangers(string reply, string said)
    {
        var failure = Assert.Throws<ControlException>(() => ControlClient.Unwrap(Encoding.UTF8.GetBytes(reply)));

        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request")]
    [InlineData("{}")]
    [InlineData("{\"ok\":\"yes\"}")]
    [InlineData("[1]")]
    public void What_is_no_reply_is_said(string reply)
    {
        var failure = Assert.Throws<ControlException>(() => ControlClient.Unwrap(Encoding.UTF8.GetBytes(reply)));

        Assert.Contains("not a bpftune daemon", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_is_taken_out_as_it_was_written()
    {
        var result = ControlClient.Unwrap("{\"later\":[1],\"ok\":true,\"result\":{\"a\": [1, {\"b\":2}]}}"u8.ToArray());

        Assert.Equal("{\"a\": [1, {\"b\":2}]}", Encoding.UTF8.GetString(result.Span));
    }

    public static TheoryData<ControlRequest> Requests =>
    [
        new ControlRequest("status"),
        new ControlRequest("resume", "tcp_buffer", "a \"b\"\n\u00e9"),
        new ControlRequest("changes", Limit: 7),
    ];

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public void A_request_is_one_line_that_reads_back_as_it_was(ControlRequest request)
    {
        var line = ControlClient.Line(request);

        Assert.Equal(line.Length - 1, Array.IndexOf(line, (byte)'\n'));
        Assert.Equal(request, JsonSerializer.Deserialize(line, Json.ControlRequest));
    }

    private static Socket Connect(ControlHarness harness)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        socket.Connect(new UnixDomainSocketEndPoint(harness.Options.ControlSocketPath));
        return socket;
    }

    private static string ReadToEnd(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int got; (got = socket.Receive(buffer)) > 0;)
                text.Append(Encoding.UTF8.GetString(buffer, 0, got));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return text.ToString();
        }

        return text.ToString();
    }
}
