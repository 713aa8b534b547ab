using BpfTune.Engine.Control;
using BpfTune.Engine.Tuning;

namespace BpfTune.Daemon;

/// <summary>The engine as the host sees it.</summary>
/// <param name="Run">Runs it on the calling thread until it is stopped, and returns the exit code.</param>
/// <param name="Stop">Stops it; any thread may call this, also before <paramref name="Run"/>.</param>
/// <param name="Queries">Answers questions, also after it has stopped.</param>
/// <param name="ChangeRules">Exchanges mode and limits while it runs; any thread may call this.</param>
/// <param name="Dispose">Frees what it holds.</param>
internal sealed record EngineHandle(Func<int> Run, Action Stop, IEngineQueries Queries, Action<TuningRules> ChangeRules, Action Dispose) : IDisposable
{
    void IDisposable.Dispose() => Dispose();
}
