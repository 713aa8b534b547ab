using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>Says a change in one line.</summary>
internal static class ChangeText
{
    /// <summary>'raised net.ipv4.tcp_rmem max from 131072 to 262144 in namespace blue (near_limit): rcvbuf …'.</summary>
    internal static string First(Change change)
    {
        var (what, from, to, verb) = Parts(change.Tunable, change.Old, change.New);
        return $"{verb} {what} from {from} to {to} in {change.Namespace.Phrase} ({change.Scenario}{(change.Standing is null ? "" : ", on trial")}): {change.Evidence}";
    }

    /// <summary>The same for changes that were held back since the last line.</summary>
    /// <param name="last">The latest of them.</param>
    /// <param name="from">The value at the last line.</param>
    /// <param name="held">How many were held back.</param>
    /// <param name="all">How many there were in all.</param>
    internal static string Again(Change last, TunableValue from, long held, long all)
    {
        var (what, old, now, verb) = Parts(last.Tunable, from, last.New);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verb} {what} from {old} to {now} in {last.Namespace.Phrase} ({last.Scenario}) in {held} more change{(held == 1 ? "" : "s")}, {all} in all: {last.Evidence}");
    }

    /// <summary>'net.core.rmem_max could be raised from 212992 to 266240 in the global namespace (near_limit): rcvbuf …'.</summary>
    internal static string Advice(Advice advice)
    {
        var (what, from, to, verb) = Parts(advice.Tunable, advice.Old, advice.New);
        return $"{what} could be {verb} from {from} to {to} in {advice.Namespace.Phrase} ({advice.Subject.Scenario}): {advice.Evidence}";
    }

    /// <summary>Names the one member that changed if the members have names, else shows the whole value.</summary>
    private static (string What, string From, string To, string Verb) Parts(Tunable tunable, TunableValue old, TunableValue now)
    {
        var changed = Changed(old, now);
        if (changed is not [var member])
            return (tunable.Name, $"'{old}'", $"'{now}'", Verb(changed, old, now));
        var name = member < tunable.Members.Length ? tunable.Members[member] : "";
        return name.Length == 0 && now.Numbers.Length > 1
            ? (tunable.Name, $"'{old}'", $"'{now}'", Verb(changed, old, now))
            : ($"{tunable.Name} {name}".TrimEnd(), Number(old[member]), Number(now[member]), Verb(changed, old, now));
    }

    private static int[] Changed(TunableValue old, TunableValue now) => old.Numbers.Length == now.Numbers.Length
        ? [.. Enumerable.Range(0, now.Numbers.Length).Where(i => old[i] != now[i])]
        : [];

    private static string Verb(int[] changed, TunableValue old, TunableValue now)
    {
        if (changed.Length > 0 && changed.All(i => now[i] > old[i]))
            return "raised";
        return changed.Length > 0 && changed.All(i => now[i] < old[i]) ? "lowered" : "changed";
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
