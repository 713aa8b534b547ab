using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>What an administrator wants, by setting something himself or by an order: not to tune, to tune again, to put everything back.</summary>
internal sealed class AdministratorOrders(
    NamespaceRegistry namespaces, ITunableStore store, Journal journal, OverrideRegistry overrides, WordWatch words, RateLimits rates, TunerManager tuners, ChangeApplier changes, ILogger log)
{
    /// <summary>A tuner was stopped by a setting.</summary>
    public void OnStopped(AdministratorOverride made)
    {
        if (!made.IsOfAll)
        {
            tuners.OnOverrideChanged(made.Tuner, made.Namespace.Id, overridden: true);
            return;
        }

        foreach (var where in namespaces.Known.Where(made.Concerns))
            tuners.OnOverrideChanged(made.Tuner, where.Id, overridden: true);
    }

    /// <summary>A tuner may tune again where settings had stopped it.</summary>
    public IReadOnlyList<AdministratorOverride> Resume(string tuner, NetworkNamespace? networkNamespace)
    {
        var lifted = overrides.Resume(tuner, networkNamespace);
        // Nothing leads to some of them any more; then nothing is tuned there either.
        foreach (var one in lifted.Where(one => !one.IsOfAll))
            namespaces.Resolve(one.Namespace.Inode, one.Namespace.Cookie, 0);
        foreach (var where in namespaces.Known)
        {
            var theirs = lifted.Where(one => one.Concerns(where)).ToArray();
            if (theirs.Length == 0 || overrides.IsOverridden(tuner, where))
                continue;
            words.OnResumed(tuner, where, theirs.Where(one => !one.IsOfAll).Select(one => one.Tunable));
            if (tuners.Find(tuner) is not { } running)
                continue;
            rates.Unmute(where, running.Id, running.Events.Values);
            // The mode may keep it out still.
            tuners.OnOverrideChanged(tuner, where.Id, running.IsOverridden(where));
        }

        return lifted;
    }

    /// <summary>Puts back every value that was changed, one with each step of the enumeration.</summary>
    /// <param name="preview">Only say what would be done.</param>
    public IEnumerable<RollbackEntry> RollBackInSteps(bool preview)
    {
        var rollback = new Rollback(
            journal, store, namespaces, () => tuners.Running.SelectMany(r => r.Declaration.Tunables, (_, t) => t.Name), log);
        foreach (var entry in rollback.Steps(preview))
        {
            if (entry.Outcome == RollbackOutcome.Restored)
            {
                words.Accept(entry.Tunable, entry.Namespace.Id, TunableValue.Parse(entry.To), original: null);
                changes.PutBackByOrder(entry.Tunable, entry.Namespace.Id);
            }

            yield return entry;
        }
    }
}
