using System.Collections.Immutable;

namespace BpfTune.Sdk;

/// <summary>One way to observe what a hook is for.</summary>
public sealed record Mechanism
{
    private Mechanism(ImmutableArray<string> programs, string? counter)
    {
        Programs = programs;
        Counter = counter;
    }

    /// <summary>The BPF programs that must all load and attach. For a counter: those that tell when to read it, if any.</summary>
    public ImmutableArray<string> Programs { get; }

    /// <summary>What is read from /proc, for a person; null when the programs themselves deliver the fact.</summary>
    public string? Counter { get; }

    /// <summary>One or more programs of the tuner's BPF object, by the names that the skeleton lists.</summary>
    public static Mechanism Bpf(params ReadOnlySpan<string> programs) => programs.IsEmpty
        ? throw new ArgumentException("A BPF mechanism names at least one program.", nameof(programs))
        : new Mechanism([.. programs], null);

    /// <summary>A counter in /proc that the tuner reads itself.</summary>
    /// <param name="what">For example 'ListenDrops in /proc/net/netstat'.</param>
    /// <param name="triggers">BPF programs whose events say that something is going on and the counter is worth a look.</param>
    public static Mechanism ProcCounter(string what, params ReadOnlySpan<string> triggers) => new([.. triggers], what);
}
