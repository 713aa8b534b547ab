using BpfTune.Engine.Control;
using BpfTune.Engine.Kernel;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Plugins;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>
/// Keeps the tuners in step with what they depend on: their files come and go, the kernel begins or ceases to run programs
/// on its functions. Says so when none runs.
/// </summary>
internal sealed class TunerUpkeep(EngineOptions options, TunerManager tuners, KernelTargets targets, FunctionTracing tracing, ILogger log) : IDisposable
{
    private readonly TunerDirectories _directories = new([.. options.LibDirectories]);
    private readonly TunerWatcher _watcher = new(new TunerCatalog(new TunerDirectories([.. options.LibDirectories]), log));
    private IEngineObserver? _observer;
    private bool _saidNone;
    private bool _changesMissed;

    /// <summary>Loads all that there are.</summary>
    public void Load() => tuners.Apply(_watcher.Look());

    /// <summary>Follows what happens from now on.</summary>
    public void Begin(EventLoop loop, IEngineObserver? observer)
    {
        _observer = observer;
        if (_watcher.Fd >= 0)
            loop.Add(_watcher.Fd, "the watch on tuner directories", OnDirectoriesChanged);
        if (_watcher.Problem is { } problem)
            EngineLog.NotWatching(log, problem);
        foreach (var name in options.Allow.Where(name => tuners.Slots.All(slot => slot.Name != name)))
            EngineLog.AllowedButAbsent(log, name);
        if (tracing.Fd >= 0)
            loop.Add(tracing.Fd, "the watch on the tracing of functions", OnTracingChanged);
        WarnIfNoneRuns();
        targets.Release();
        // Before, there was more to come.
        tuners.Changed = OnTunersChanged;
    }

    /// <inheritdoc/>
    public void Dispose() => _watcher.Dispose();

    private void OnDirectoriesChanged()
    {
        // What has been read of the watch and led to nothing is not told again.
        var missed = _changesMissed;
        _changesMissed = true;
        tuners.Apply(missed ? _watcher.Look() : _watcher.Process());
        targets.Release();
        _changesMissed = false;
    }

    private void OnTracingChanged()
    {
        if (tracing.Process() is not { } isOff)
            return;
        if (isOff)
            EngineLog.FunctionsNotTraced(log, FunctionTracing.Kinds);
        else
            EngineLog.FunctionsTraced(log);
        tuners.Reattach();
        targets.Release();
    }

    private void OnTunersChanged()
    {
        WarnIfNoneRuns();
        _observer?.OnStatus(tuners.Line);
    }

    private void WarnIfNoneRuns()
    {
        var none = !tuners.Running.Any();
        if (none && !_saidNone)
            EngineLog.NoTuners(log, tuners.WhatToDo(_directories.Paths));
        _saidNone = none;
    }
}
