using System.Collections.Immutable;

namespace BpfTune.Sdk;

/// <summary>One kernel setting that a tuner manages, named in full as sysctl(8) names it.</summary>
/// <param name="Name">Full name, for example <c>net.ipv4.tcp_rmem</c>.</param>
/// <param name="Scope">Machine-wide or per network namespace.</param>
/// <param name="Unit">What its numbers count.</param>
/// <param name="Summary">One line for <c>bpftune tunables</c>.</param>
public sealed record Tunable(string Name, TunableScope Scope, TunableUnit Unit, string Summary)
{
    private readonly ImmutableArray<ValueRange> _bounds = [ValueRange.NonNegativeInt];

    /// <summary>Names of the members ('min', 'default', 'max'); one unnamed member for a plain setting.</summary>
    public ImmutableArray<string> Members { get; init; } = [""];

    /// <summary>Bounds of each member; the policy clips every proposal to them. One entry serves all members.</summary>
    public ImmutableArray<ValueRange> Bounds
    {
        get => _bounds;
        init => _bounds = value.IsDefaultOrEmpty ? throw new ArgumentException("A tunable has bounds.", nameof(value)) : value;
    }

    /// <summary>
    /// Whether it is a list of words to which the kernel adds by itself (a module is loaded): then only a word that goes
    /// missing is somebody's doing.
    /// </summary>
    public bool GrowsByItself { get; init; }

    /// <summary>
    /// What one more of it may take of the machine's memory, in bytes; 0 when that is of no account. No value is raised to
    /// more than what is available, and a tenant's raises together stay within its share.
    /// </summary>
    public long BytesPerUnit { get; init; } = Unit switch
    {
        TunableUnit.Bytes => 1,
        TunableUnit.Pages => Environment.SystemPageSize,
        _ => 0,
    };

    /// <summary>How it is known that a raise helped; null where that cannot be counted, and a raise stays as it was made.</summary>
    public Effect? Effect { get; init; }

    /// <summary>Whether more of it takes time from everybody else: such a tunable never moves for a tenant, whatever the settings.</summary>
    public bool IsAtOthersCost { get; init; }

    /// <summary>Where the kernel keeps it.</summary>
    public string ProcPath { get; } = "/proc/sys/" + Name.Replace('.', '/');

    /// <summary>The bounds of one member.</summary>
    public ValueRange BoundsOf(int member) => Bounds[Math.Min(member, Bounds.Length - 1)];

    /// <summary>A min/default/max triple such as <c>tcp_rmem</c>.</summary>
    public static Tunable Triple(string name, TunableScope scope, TunableUnit unit, string summary) =>
        new(name, scope, unit, summary) { Members = ["min", "default", "max"] };
}
