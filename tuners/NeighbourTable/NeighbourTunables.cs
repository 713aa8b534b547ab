using System.Collections.Immutable;
using BpfTune.Sdk;

namespace BpfTune.Tuners.NeighbourTable;

/// <summary>
/// What the tuner manages: Documentation/networking/ip-sysctl.rst. They are the fields that RTM_SETNEIGHTBL sets as
/// NDTA_THRESH1 to NDTA_THRESH3 (net/core/neighbour.c), by the names under which an administrator knows them.
/// </summary>
internal static class NeighbourTunables
{
    public static readonly ImmutableArray<Tunable> IPv4 = Of("net.ipv4", "IPv4");
    public static readonly ImmutableArray<Tunable> IPv6 = Of("net.ipv6", "IPv6");

    private static ImmutableArray<Tunable> Of(string prefix, string family) =>
    [
        Threshold(prefix, 1, $"{family} neighbours below which none is collected"),
        Threshold(prefix, 2, $"{family} neighbours above which those unused for 5 s are dropped"),
        Threshold(prefix, 3, $"{family} neighbours at the most"),
    ];

    private static Tunable Threshold(string prefix, int number, string summary) =>
        new($"{prefix}.neigh.default.gc_thresh{number}", TunableScope.Machine, TunableUnit.Count, summary)
        {
            Bounds = [new ValueRange(0, ThresholdPolicy.MostEntries)],
            BytesPerUnit = ThresholdPolicy.EntrySize,
        };
}
