using BpfTune.Engine.Control;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Running;
using BpfTune.Engine.Tuning;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine;

/// <summary>
/// The daemon's body: loads what it can, then turns events into changes on one thread until it is stopped.
/// </summary>
public sealed class TuningEngine : IDisposable
{
    private readonly EngineOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly IEngineObserver? _observer;
    private readonly ILogger _log;
    private readonly EventLoop _loop;
    private readonly EngineQueries _queries;
    private EngineSession? _session;

    /// <summary>Prepares the engine; nothing is loaded before <see cref="Run"/>.</summary>
    /// <param name="options">What the administrator chose.</param>
    /// <param name="loggers">Where log lines go.</param>
    /// <param name="time">The clock; its timestamps must be those of CLOCK_MONOTONIC, as the system's are.</param>
    /// <param name="observer">Told when the engine is ready and when its status line changes.</param>
    public TuningEngine(EngineOptions options, ILoggerFactory loggers, TimeProvider time, IEngineObserver? observer = null)
    {
        _options = options;
        _loggers = loggers;
        _time = time;
        _observer = observer;
        _log = loggers.CreateLogger("bpftune");
        _loop = new EventLoop(time, _log);
        _queries = new EngineQueries(options);
    }

    /// <summary>Answers questions; on the loop's thread, or on any once <see cref="Run"/> has returned.</summary>
    public IEngineQueries Queries => _queries;

    /// <summary>Runs until <see cref="Stop"/>.</summary>
    /// <returns>0; 1 when something failed that should not; 3 when this kernel or these privileges do not allow it.</returns>
    public int Run()
    {
        try
        {
            using var session = EngineSession.Open(_options, _loggers, _time, _loop);
            using var attached = _queries.Attach(session);
            session.Start(_queries, _observer);
            _session = session;
            try
            {
                _loop.Run();
            }
            finally
            {
                _session = null;
                session.Stop();
                if (_options.Rollback)
                    session.RollBack();
            }

            return 0;
        }
        catch (EngineUnavailableException e)
        {
            EngineLog.CannotRun(_log, e.Message);
            return e.ExitCode;
        }
    }

    /// <summary>Exchanges mode and limits while it runs; any thread may call this. What was written already stays.</summary>
    /// <param name="rules">What is to hold from now on.</param>
    public void ChangeRules(TuningRules rules) => _loop.Post(() => _session?.Rules.Replace(rules));

    /// <summary>Ends <see cref="Run"/>; any thread may call this, before it too.</summary>
    public void Stop() => _loop.Stop();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();
}
