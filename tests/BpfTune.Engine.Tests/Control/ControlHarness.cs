using BpfTune.Engine.Control;
using BpfTune.Engine.Loop;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Engine.Tests.Control;

/// <summary>A control server on a real event loop on a thread of its own, in a directory of its own.</summary>
public sealed class ControlHarness : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-control-");
    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly Thread _thread;

    public ControlHarness(bool tcp = false, TimeSpan? timeLimit = null)
    {
        Options = new EngineOptions { RuntimeDirectory = _directory.FullName, Port = tcp ? 0 : null };
        Server = new ControlServer(Options, Queries, NullLogger.Instance, _loop.After, TimeProvider.System)
        {
            TimeLimit = timeLimit ?? TimeSpan.FromSeconds(5),
        };
        _loop.Add(Server.PollFd, "the control socket", Server.Process);
        _thread = new Thread(_loop.Run);
        _thread.Start();
    }

    public FakeQueries Queries { get; } = new();

    public EngineOptions Options { get; }

    public ControlServer Server { get; }

    public ControlClient Client => new(ControlEndpoint.Unix(Options.ControlSocketPath)) { Timeout = TimeSpan.FromSeconds(5) };

    public ControlClient TcpClient => new(ControlEndpoint.Loopback(Server.Port!.Value)) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Wake-ups of the loop so far.</summary>
    public long WakeUps => _loop.WakeUps;

    public void Dispose()
    {
        _loop.Stop();
        _thread.Join();
        Server.Dispose();
        _loop.Dispose();
        _directory.Delete(recursive: true);
    }
}
