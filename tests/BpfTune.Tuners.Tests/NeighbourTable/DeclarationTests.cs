using BpfTune.Sdk;
using BpfTune.Tuners.NeighbourTable;

namespace BpfTune.Tuners.Tests.NeighbourTable;

public sealed class DeclarationTests() : DeclarationContract(new NeighTableTuner(), 4)
{
    [Fact]
    public void The_thresholds_of_both_families_are_machine_wide() => Assert.Equal(
        [
            "net.ipv4.neigh.default.gc_thresh1", "net.ipv4.neigh.default.gc_thresh2", "net.ipv4.neigh.default.gc_thresh3",
            "net.ipv6.neigh.default.gc_thresh1", "net.ipv6.neigh.default.gc_thresh2", "net.ipv6.neigh.default.gc_thresh3",
        ],
        Declaration.Tunables.Where(t => t.Scope == TunableScope.Machine).Select(t => t.Name));
}
