using System.Text.Json;
using BpfTune.CommandLine;
using BpfTune.Engine;
using BpfTune.Engine.Control;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Tests.Control;
using BpfTune.Rendering;
using BpfTune.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Cli.Tests.CommandLine;

public sealed class ClientTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeQueries _queries = new();
    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private ControlServer? _server;
    private Thread? _thread;

    public void Dispose()
    {
        _loop.Stop();
        _thread?.Join();
        _server?.Dispose();
        _loop.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("status", "bpftune 0.1.0, pid 4242")]
    [InlineData("tuners", "tcp_buffer: running")]
    [InlineData("tunables", "net.ipv4.tcp_rmem")]
    [InlineData("changes", "rcvbuf_near_max")]
    [InlineData("summary", "3 changes")]
    [InlineData("namespaces", "4026532000")]
    [InlineData("advice", "1a2b3c4d  udp_buffer: net.core.rmem_max 212992 -> 266240")]
    public void A_listing_is_shown_as_text_and_as_json(string query, string expected)
    {
        StartDaemon();

        Assert.Equal(ExitCode.Done, Client().Show(new Listing(query), Arguments()));
        Assert.Contains(expected, _output.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, Client().Show(new Listing(query), Arguments(json: true)));
        using var json = JsonDocument.Parse(_output.ToString());
        Assert.Equal("", _error.ToString());
    }

    // What pmdabpftune does with it: for each tuner, for each tunable, a number, a string or up to three numbers.
    [Fact]
    public void The_classic_queries_print_an_object_of_tuners_and_tunables()
    {
        StartDaemon();

        Assert.Equal(ExitCode.Done, Client().Show(new Listing("jstatus"), Arguments()));
        using var values = JsonDocument.Parse(_output.ToString());
        var rmem = values.RootElement.GetProperty("tcp_buffer").GetProperty("net.ipv4.tcp_rmem");
        Assert.Equal([4096, 131072, 6291456], rmem.EnumerateArray().Select(v => v.GetInt64()));

        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, Client().Show(new Listing("jtunables"), Arguments()));
        using var kinds = JsonDocument.Parse(_output.ToString());
        var kind = kinds.RootElement.GetProperty("tcp_buffer").GetProperty("net.ipv4.tcp_rmem");
        Assert.Equal(("integer", 3), (kind.GetProperty("type").GetString(), kind.GetProperty("num_values").GetInt32()));
    }

    [Fact]
    public void Without_a_daemon_the_exit_code_is_4()
    {
        Assert.Equal(ExitCode.NoDaemon, Client().Show(new Listing("status"), Arguments()));
        Assert.Equal(ExitCode.NoDaemon, Client().Resume("tcp_buffer", null, Arguments()));
        Assert.Contains("no daemon is running", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public void An_unknown_tuner_is_a_failure()
    {
        StartDaemon();

        Assert.Equal(ExitCode.Failed, Client().Show(new Listing("tunables", "nobody"), Arguments()));
        Assert.Equal("bpftune: there is no tuner 'nobody'\n", _error.ToString());
    }

    [Fact]
    public void A_command_on_the_port_is_denied()
    {
        StartDaemon(port: 0);
        var arguments = Arguments() with { Port = _server!.Port };

        Assert.Equal(ExitCode.Unsupported, Client().Resume("tcp_buffer", null, arguments));
        Assert.Equal(ExitCode.Done, Client().Show(new Listing("tuners"), arguments));
    }

    [Fact]
    public void What_is_ignored_is_listed_when_all_is_asked_for()
    {
        StartDaemon();

        Assert.Equal(ExitCode.Done, Client().Show(new Listing("advice", All: true), Arguments()));

        Assert.Contains("00c0ffee", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_about_advice_is_done_or_a_failure()
    {
        StartDaemon();

        Assert.Equal(ExitCode.Done, Client().Order("apply", ["1a2b3c4d"], Arguments()));
        Assert.Equal(ExitCode.Failed, Client().Order("apply", ["1a2b3c4d", "00c0ffee"], Arguments(json: true)));
        Assert.Equal(ExitCode.Failed, Client().Order("ignore", ["deadbeef"], Arguments()));

        Assert.StartsWith("apply of 1a2b3c4d\n[{", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("bpftune: there is no advice 'deadbeef'\n", _error.ToString());
        Assert.Equal(["apply 1a2b3c4d", "apply 1a2b3c4d 00c0ffee"], _queries.Commands);
    }

    [Fact]
    public void Rollback_asks_the_daemon_when_there_is_one()
    {
        StartDaemon();

        Assert.Equal(ExitCode.Done, Client().Rollback(preview: true, Arguments(), RollbackText.Write, NoOffline));
        Assert.Equal(ExitCode.Done, Client().Rollback(preview: false, Arguments(), RollbackText.Write, NoOffline));

        Assert.Equal(["preview", "rollback"], _queries.Commands);
    }

    [Theory]
    [InlineData("restored", ExitCode.Done)]
    [InlineData("left", ExitCode.Done)]
    [InlineData("gone", ExitCode.Done)]
    [InlineData("failed", ExitCode.Failed)]
    public void Rollback_works_without_a_daemon(string outcome, int code)
    {
        var entry = new RollbackReport("net.ipv4.tcp_rmem", "global", "1", "2", outcome, "what happened");

        Assert.Equal(code, Client().Rollback(preview: false, Arguments(), RollbackText.Write, () => [entry]));
        Assert.Equal("what happened\n", _output.ToString());
    }

    [Fact]
    public void Rollback_through_a_port_never_falls_back_to_the_journal() =>
        Assert.Equal(ExitCode.NoDaemon, Client().Rollback(preview: true, Arguments() with { Port = 1 }, RollbackText.Write, NoOffline));

    [Fact]
    public void A_settings_file_may_say_where_the_socket_is()
    {
        StartDaemon();
        File.WriteAllText(Path.Combine(_directory.Path, "bpftune.conf"), $"runtime_dir = {_directory.Path}\n");
        var arguments = new ClientArguments(false, null, new DaemonSettings(), _directory.Path);

        Assert.Equal(ExitCode.Done, Client().Show(new Listing("status"), arguments));
    }

    private static IReadOnlyList<RollbackReport> NoOffline() => throw new InvalidOperationException("the journal was used");

    private Client Client() => new(_output, _error);

    private ClientArguments Arguments(bool json = false) =>
        new(json, null, new DaemonSettings { RuntimeDirectory = _directory.Path }, Path.Combine(_directory.Path, "none"));

    private void StartDaemon(int? port = null)
    {
        var options = new EngineOptions { RuntimeDirectory = _directory.Path, Port = port };
        _server = new ControlServer(options, _queries, NullLogger.Instance, _loop.After, TimeProvider.System);
        _loop.Add(_server.PollFd, "the control socket", _server.Process);
        _thread = new Thread(_loop.Run);
        _thread.Start();
    }
}
