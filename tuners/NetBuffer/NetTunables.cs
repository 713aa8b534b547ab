using BpfTune.Sdk;

namespace BpfTune.Tuners.NetBuffer;

/// <summary>What the tuner manages; meaning and defaults: admin-guide/sysctl/net.rst, networking/scaling.rst (flow limit).</summary>
internal static class NetTunables
{
    public static readonly Tunable Backlog = new(
        "net.core.netdev_max_backlog", TunableScope.Machine, TunableUnit.Count, "received packets that wait for a CPU")
    {
        Bounds = [new ValueRange(0, NetPolicy.MostBacklog)],
        IsAtOthersCost = true,
    };

    public static readonly Tunable FlowLimit = new(
        "net.core.flow_limit_cpu_bitmap", TunableScope.Machine, TunableUnit.Text, "CPUs whose backlog no single flow may fill")
    {
        IsAtOthersCost = true,
    };

    public static readonly Tunable Budget = new(
        "net.core.netdev_budget", TunableScope.Machine, TunableUnit.Count, "packets taken in one round of polling")
    {
        Bounds = [new ValueRange(0, NetPolicy.MostBudget)],
        IsAtOthersCost = true,
    };

    public static readonly Tunable BudgetTime = new(
        "net.core.netdev_budget_usecs", TunableScope.Machine, TunableUnit.Microseconds, "time for one round of polling")
    {
        Bounds = [new ValueRange(0, NetPolicy.MostBudgetTime)],
        IsAtOthersCost = true,
    };
}
