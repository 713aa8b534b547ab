using System.Collections.Frozen;
using BpfTune.Engine.Control;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Hooks;

/// <summary>Mechanisms that are not to be used although the kernel may have them.</summary>
public sealed class MechanismRules
{
    /// <summary>The environment variable behind <see cref="FromEnvironment"/>.</summary>
    public const string Variable = "BPFTUNE_FORBID";

    private readonly bool _legacy;
    private readonly FrozenSet<string> _forbidden;

    /// <summary>Makes rules.</summary>
    /// <param name="legacy">Do without fentry, fexit and tp_btf, as <c>-L</c> says.</param>
    /// <param name="forbidden">
    /// A list with commas, as tests set it: sections as they are written in BPF sources or mechanisms as listings name
    /// them, either a whole kind ('fentry', 'sockops' or 'sock_ops', 'counter') or one target of it
    /// ('tp_btf:tcp_rcvbuf_grow'), or single programs ('bpftune_rcvgrow_tb').
    /// </param>
    public MechanismRules(bool legacy = false, string? forbidden = null)
    {
        _legacy = legacy;
        _forbidden = (forbidden ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The rules with what <see cref="Variable"/> forbids.</summary>
    public static MechanismRules FromEnvironment(bool legacy) => new(legacy, Environment.GetEnvironmentVariable(Variable));

    /// <summary>Why a program is not to be used; null when it may be.</summary>
    internal string? WhyNot(BpfSection section)
    {
        if (_legacy && MechanismFacts.NeedsBtf(section.Mechanism))
            return "not used in legacy mode";
        return Forbids(section.Prefix, section.Target) || Forbids(MechanismNames.Of(MechanismFacts.Kind(section.Mechanism)), section.Target)
            ? Forbidden
            : null;
    }

    /// <summary>Why one program is not to be used, whatever its section; null when it may be.</summary>
    internal string? WhyNotProgram(string program) => _forbidden.Contains(program) ? Forbidden : null;

    /// <summary>Why counters in /proc are not to be read; null when they may be.</summary>
    internal string? WhyNoCounter() => Forbids(MechanismNames.Of(MechanismKind.Counter), null) ? Forbidden : null;

    private const string Forbidden = $"forbidden by {Variable}";

    private bool Forbids(string kind, string? target) =>
        _forbidden.Contains(kind) || (target is not null && _forbidden.Contains($"{kind}:{target}"));
}
