using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// How much of the log tenants get: a few lines each, some more as time goes by, and all together no more than a reader
/// can bear. What goes beyond is told at debug level, which is said once for each. The machine's own lines are not
/// counted.
/// </summary>
public sealed class TenantLines(TimeProvider time)
{
    /// <summary>Lines at once for one tenant, and how long until there is one more.</summary>
    internal const int Each = 8;

    /// <inheritdoc cref="Each"/>
    internal static readonly TimeSpan EachInterval = TimeSpan.FromMinutes(5);

    /// <summary>The same for all tenants together.</summary>
    internal const int All = 64;

    /// <inheritdoc cref="All"/>
    internal static readonly TimeSpan AllInterval = TimeSpan.FromMinutes(1);

    /// <summary>Past so many tenants the count begins anew: those for all still hold.</summary>
    private const int MostOwners = 1024;

    private readonly Dictionary<NamespaceOwner, Budget> _owners = [];
    private Budget _all;

    /// <summary>Whether a line about a namespace is told at its own level, and not at debug.</summary>
    public bool MayTell(NetworkNamespace where, ILogger log)
    {
        if (!where.IsTenant)
            return true;
        var now = time.GetElapsedTime(0);
        if (_owners.Count >= MostOwners && !_owners.ContainsKey(where.Owner))
            _owners.Clear();
        var theirs = _owners.GetValueOrDefault(where.Owner);
        var may = theirs.HasRoom(now, Each, EachInterval) && _all.HasRoom(now, All, AllInterval);
        if (may)
        {
            _all = _all.Spend(now, AllInterval);
            theirs = theirs.Spend(now, EachInterval);
        }
        else if (!theirs.IsTold)
        {
            theirs = theirs with { IsTold = true };
            TuningLog.TenantQuiet(log, where.Owner);
        }

        _owners[where.Owner] = theirs;
        return may;
    }

    /// <summary>A token bucket as the time at which it is full again (GCRA).</summary>
    private readonly record struct Budget(TimeSpan FullAt, bool IsTold)
    {
        public bool HasRoom(TimeSpan now, int burst, TimeSpan interval) => FullAt - now <= (burst - 1) * interval;

        public Budget Spend(TimeSpan now, TimeSpan interval) => this with { FullAt = (FullAt > now ? FullAt : now) + interval };
    }
}
