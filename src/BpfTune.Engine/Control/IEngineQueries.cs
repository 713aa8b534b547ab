namespace BpfTune.Engine.Control;

/// <summary>
/// What the daemon tells of itself and lets an administrator do. All calls come from the event loop's thread, or from
/// the thread that ran the loop once it has ended; every answer is a snapshot.
/// </summary>
public interface IEngineQueries
{
    /// <summary>The daemon at a glance, in steps, since with a thousand namespaces their values take long to read: null until it is complete.</summary>
    IEnumerable<EngineStatus?> Status();

    /// <summary>Every tuner that was found, running or not.</summary>
    /// <param name="tuner">That one only; null for all.</param>
    /// <exception cref="ControlException">There is no such tuner.</exception>
    IReadOnlyList<TunerReport> Tuners(string? tuner);

    /// <summary>The tunables that running tuners manage, with their values in each namespace that was tuned; in steps too: null until it is complete.</summary>
    /// <param name="tuner">One tuner's only; null for all.</param>
    /// <exception cref="ControlException">There is no such tuner.</exception>
    IEnumerable<IReadOnlyList<TunableReport>?> Tunables(string? tuner);

    /// <summary>The most recent changes, newest first.</summary>
    /// <param name="limit">How many at the most.</param>
    IReadOnlyList<ChangeReport> Changes(int limit);

    /// <summary>What would have been done where the mode is advise, the latest first.</summary>
    /// <param name="all">Whether what is ignored is among it.</param>
    IReadOnlyList<AdviceReport> Advice(bool all);

    /// <summary>Does what was advised, within the limits.</summary>
    /// <param name="ids">Ids of advice.</param>
    /// <exception cref="ControlException">One of them is not known; then nothing was done.</exception>
    IReadOnlyList<AdviceOrderReport> Apply(IReadOnlyList<string> ids);

    /// <summary>Remembers that advice is not wanted.</summary>
    /// <param name="ids">Ids of advice.</param>
    /// <exception cref="ControlException">One of them is not known, or it cannot be written down; then nothing was done.</exception>
    IReadOnlyList<AdviceOrderReport> Ignore(IReadOnlyList<string> ids);

    /// <summary>What was done since the start.</summary>
    RunSummary Summary();

    /// <summary>The network namespaces known now.</summary>
    IReadOnlyList<NamespaceReport> Namespaces();

    /// <summary>Lets a tuner that an administrator's own setting stopped tune again.</summary>
    /// <param name="tuner">The tuner's name.</param>
    /// <param name="networkNamespace">One namespace by name or inode number; null for all.</param>
    /// <exception cref="ControlException">There is no such tuner or namespace.</exception>
    ResumeReport Resume(string tuner, string? networkNamespace);

    /// <summary>
    /// Puts back every value that was changed, where nobody else has set it since: one with each step of the enumeration,
    /// since with a thousand namespaces all of them take seconds.
    /// </summary>
    /// <param name="preview">Only say what would be done.</param>
    IEnumerable<RollbackReport> Rollback(bool preview);
}
