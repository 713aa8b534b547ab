// Raises tcp_rmem in a named namespace over and over, as the daemon would, until somebody kills it:
//   BpfTune.Live.Victim JOURNAL NAMESPACE MOMENT
// where MOMENT is 'any', or 'intent' or 'written' to stop dead right after the third intent or the third write.
// It says 'changed' after each change and 'stopped' when it stands still.
using System.Globalization;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.Live.Victim;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

if (args is not [var path, var name, var moment])
    return 2;

var log = NullLogger.Instance;
using var journal = new Journal(path, TimeProvider.System, log);
using var namespaces = new NamespaceRegistry(TimeProvider.System, log);
var store = new StoppingStore(new SysctlStore(namespaces), moment);
var overrides = new OverrideRegistry(journal, _ => log);
var words = new WordWatch(
    new KnownValues(journal, TimeProvider.System), overrides, journal, store, new NoWriteHints(), namespaces.Global,
    (_, _) => throw new InvalidOperationException("There is no loop."), TimeProvider.System, log);
var changes = new ChangeLog((_, _) => journal, TimeProvider.System, _ => log);
var applier = new ChangeApplier(journal, store, overrides, words, changes, TimeProvider.System, (_, _) => journal, _ => log, (_, _, _) => null);
var rmem = Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffers");
var place = namespaces.Find(name);
while (place is not null && store.TryRead(rmem, place, out var old))
{
    var wanted = old.With(2, Math.Min(int.MaxValue, old[2] + 4096));
    var outcome = applier.Propose(
        "victim", new Proposal(rmem, place, old, wanted, "growth", $"max {old[2].ToString(CultureInfo.InvariantCulture)}"));
    Console.Out.WriteLine(outcome == ProposalOutcome.Applied ? "changed" : outcome.ToString());
}

return 1;
