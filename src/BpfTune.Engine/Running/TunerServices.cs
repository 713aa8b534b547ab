using BpfTune.Engine.Loop;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>What all running tuners share.</summary>
internal sealed class TunerServices(
    LearningRate learningRate,
    TimeProvider time,
    EventLoop loop,
    NamespaceRegistry namespaces,
    ITunableStore store,
    ChangeApplier changes,
    OverrideRegistry overrides,
    RateLimits rates,
    TunerCalls calls,
    ILogger log)
{
    public LearningRate LearningRate { get; } = learningRate;

    public TimeProvider Time { get; } = time;

    public EventLoop Loop { get; } = loop;

    public NamespaceRegistry Namespaces { get; } = namespaces;

    public ChangeApplier Changes { get; } = changes;

    public OverrideRegistry Overrides { get; } = overrides;

    public RateLimits Rates { get; } = rates;

    public TunerCalls Calls { get; } = calls;

    public ILogger Log { get; } = log;

    /// <summary>What the administrator's settings let pass.</summary>
    public required RuleGate Gate { get; init; }

    /// <summary>Told when a tuner threw, so that it can be disabled.</summary>
    public Action<RunningTuner, Exception>? OnFailure { get; set; }

    /// <summary>Runs a tuner's code: what it throws costs that tuner alone.</summary>
    /// <param name="tuner">Whose it is.</param>
    /// <param name="call">Which, as a sentence names it: 'a timer'.</param>
    /// <param name="code">The code.</param>
    public void Guard(RunningTuner tuner, string call, Action code)
    {
        if (!tuner.IsRunning)
            return;
        try
        {
            using var scope = Calls.Enter(tuner.Site, call);
            code();
        }
        catch (Exception e)
        {
            OnFailure?.Invoke(tuner, e);
        }
    }

    public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, out TunableValue value)
    {
        var where = tunable.Scope == TunableScope.Machine ? Namespaces.Global : networkNamespace;
        try
        {
            return store.TryRead(tunable, where, out value!);
        }
        catch (Exception e) when (e is SysctlException or NamespaceException)
        {
            EngineLog.Unreadable(Log, tunable.Name, where.Name, e.Message);
            value = null!;
            return false;
        }
    }

    public string? ReadProcNet(NetworkNamespace networkNamespace, string file)
    {
        try
        {
            // /proc/net is that of the process; only /proc/thread-self follows a thread into its namespace.
            return Namespaces.Run(networkNamespace, () => File.ReadAllText("/proc/thread-self/net/" + file));
        }
        catch (Exception e) when (e is NamespaceException or IOException)
        {
            EngineLog.ProcNetUnreadable(Log, file, networkNamespace.Name, e.Message);
            return null;
        }
    }
}
