namespace BpfTune.Vm;

/// <summary>A series of the kernel, and the Debian suite whose cloud kernel is of it.</summary>
/// <param name="Name">As <c>--kernel</c> takes it: 6.12.</param>
/// <param name="Suite">The suite's code name.</param>
public sealed record KernelSeries(string Name, string Suite)
{
    /// <summary>The oldest kernel that the suite runs on.</summary>
    public static KernelSeries V5_10 { get; } = new("5.10", "bullseye");

    /// <summary>Debian 12.</summary>
    public static KernelSeries V6_1 { get; } = new("6.1", "bookworm");

    /// <summary>Debian 13.</summary>
    public static KernelSeries V6_12 { get; } = new("6.12", "trixie");

    /// <summary>The newest: whatever Debian's unstable suite has now.</summary>
    public static KernelSeries Newest { get; } = new("7.2", "sid");

    /// <summary>All of them, oldest first.</summary>
    public static IReadOnlyList<KernelSeries> All { get; } = [V5_10, V6_1, V6_12, Newest];

    /// <summary>The series of that name, or the one of that suite.</summary>
    /// <exception cref="VmException">There is none; the message lists those there are.</exception>
    public static KernelSeries Find(string name) =>
        All.FirstOrDefault(series => series.Name == name || series.Suite == name)
        ?? throw new VmException($"there is no kernel '{name}': take one of {string.Join(", ", All.Select(series => series.Name))}");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
