using Microsoft.Extensions.Logging;

namespace BpfTune.Sdk;

/// <summary>What the engine offers a running tuner. Everything happens on the engine's one loop thread.</summary>
public interface ITunerHost
{
    /// <summary>The tuner's own log category.</summary>
    ILogger Log { get; }

    /// <summary>How far to move at a time.</summary>
    LearningRate LearningRate { get; }

    /// <summary>The clock; tests drive it by hand.</summary>
    TimeProvider Time { get; }

    /// <summary>The daemon's own namespace.</summary>
    NetworkNamespace GlobalNamespace { get; }

    /// <summary>The hooks as they came out on this kernel.</summary>
    IReadOnlyList<HookStatus> Hooks { get; }

    /// <summary>Memory that may be promised, in pages: see <see cref="BufferMemory"/>. 0 when there is none to give.</summary>
    long AvailablePages { get; }

    /// <summary>
    /// Whether this machine has had tenants since the daemon began: then counters of the whole machine may be theirs in part,
    /// and are evidence only as far as events of the machine's own namespaces bear them out.
    /// </summary>
    bool HasTenants { get; }

    /// <summary>Hands a proposal to the policy, the journal and the writer.</summary>
    ProposalOutcome Propose(Proposal proposal);

    /// <summary>
    /// Whether an administrator has stopped this tuner in a namespace. The policy refuses its proposals there by itself;
    /// a tuner asks only when it acts by other means as well.
    /// </summary>
    bool IsOverridden(NetworkNamespace networkNamespace);

    /// <summary>
    /// Reads a tunable inside a namespace. False when this kernel has no such tunable (that is normal: IPv6 may be off)
    /// or the namespace is gone.
    /// </summary>
    bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, out TunableValue value);

    /// <summary>
    /// Reads a whole file below /proc/net as a namespace sees it, for example <c>netstat</c>. Null when it is absent
    /// or the namespace is gone.
    /// </summary>
    string? ReadProcNet(NetworkNamespace networkNamespace, string file);

    /// <summary>
    /// Runs a callback on the loop after a delay. Dispose the result to cancel. Arm timers only while something is
    /// going on: an idle daemon has none.
    /// </summary>
    IDisposable After(TimeSpan delay, Action callback);

    /// <summary>
    /// Runs work that may take long (whatever has the kernel start a program, such as modprobe, and wait for it) on a
    /// thread of its own, and then goes on on the loop. What either throws counts as a failure of the tuner.
    /// </summary>
    /// <param name="work">It must not touch the tuner's state, nor this host.</param>
    /// <param name="then">Runs on the loop; not at all when the tuner was stopped meanwhile.</param>
    void RunAside(Action work, Action then);

    /// <summary>
    /// Keeps the kernel from sending one kind of event from one namespace for a while, when nothing can be done about
    /// it anyway (a ceiling is reached). Held back events are still counted in <see cref="EventHeader.Suppressed"/>.
    /// </summary>
    void Mute(NetworkNamespace networkNamespace, ushort kind, TimeSpan duration);
}
