using System.Collections.Frozen;
using BpfTune.LibBpf;

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
    /// A list with commas, as tests set it: sections as they are written in BPF sources, either a whole kind ('fentry',
    /// 'sockops') or one target of it ('tp_btf:tcp_rcvbuf_grow').
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
        if (_forbidden.Count == 0)
            return null;
        return _forbidden.Contains(section.Prefix) || (section.Target is { } target && _forbidden.Contains($"{section.Prefix}:{target}"))
            ? $"forbidden by {Variable}"
            : null;
    }
}
