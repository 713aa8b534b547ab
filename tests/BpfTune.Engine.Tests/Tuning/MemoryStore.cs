using System.Diagnostics.CodeAnalysis;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Tunables in a dictionary; a write can be made to fail, or to be cut short as by a kill.</summary>
internal sealed class MemoryStore : ITunableStore
{
    private readonly Dictionary<(NamespaceId Namespace, string Tunable), string> _values = [];

    /// <summary>Thrown by the next writes instead of writing.</summary>
    public Exception? WriteFailure { get; set; }

    /// <summary>Thrown by visits to a namespace.</summary>
    public HashSet<NamespaceId> Gone { get; } = [];

    /// <summary>What the kernel makes of a value; null stores it as it is.</summary>
    public Func<string, string>? Rounding { get; set; }

    /// <summary>Runs after the decision and before the write.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>Runs after the write and before the value is read back.</summary>
    public Action? AfterWrite { get; set; }

    public int Visits { get; private set; }

    public string this[NetworkNamespace networkNamespace, Tunable tunable]
    {
        get => _values[(networkNamespace.Id, tunable.Name)];
        set => _values[(networkNamespace.Id, tunable.Name)] = value;
    }

    public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, [NotNullWhen(true)] out TunableValue? value)
    {
        value = !Gone.Contains(networkNamespace.Id) && _values.TryGetValue((networkNamespace.Id, tunable.Name), out var text)
            ? TunableValue.Parse(text)
            : null;
        return value is not null;
    }

    public TunableUpdate Update(Tunable tunable, NetworkNamespace networkNamespace, Func<TunableValue, TunableValue?> decide)
    {
        Visits++;
        if (Gone.Contains(networkNamespace.Id))
            throw new NamespaceGoneException(networkNamespace);
        if (!TryRead(tunable, networkNamespace, out var before))
            throw new SysctlException($"this kernel has no {tunable.Name} in {networkNamespace.Phrase}", Errno.ENOENT);
        if (decide(before) is not { } wanted)
            return new TunableUpdate(before, null, before);
        BeforeWrite?.Invoke();
        if (WriteFailure is { } failure)
            throw failure;
        var after = Rounding is null ? wanted.Text : Rounding(wanted.Text);
        _values[(networkNamespace.Id, tunable.Name)] = after;
        AfterWrite?.Invoke();
        var read = TunableValue.Parse(_values[(networkNamespace.Id, tunable.Name)]);
        return read.Equals(before) && !wanted.Equals(before)
            ? throw new SysctlException("the kernel took the write and kept the value", 0)
            : new TunableUpdate(before, wanted, read);
    }
}
