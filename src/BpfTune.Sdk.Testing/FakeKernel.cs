using System.Diagnostics.CodeAnalysis;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;

namespace BpfTune.Sdk.Testing;

/// <summary>The sysctls and the files below /proc/net that a test gives a tuner to see, in each network namespace.</summary>
public sealed class FakeKernel : ITunableStore
{
    private readonly Dictionary<(NamespaceId Place, string Name), TunableValue> _values = [];
    private readonly Dictionary<(NamespaceId Place, string File), string> _files = [];
    private uint _made;

    /// <summary>The daemon's own namespace, where machine-wide settings are.</summary>
    public NetworkNamespace Global { get; } = new(new NamespaceId(4026531840, 1), "global", isGlobal: true);

    /// <summary>A setting by its full name, members with single spaces between them.</summary>
    /// <exception cref="KeyNotFoundException">The test has not set it: this kernel has no such setting.</exception>
    public string this[string name, NetworkNamespace? where = null]
    {
        get => _values[(PlaceOf(where), name)].Text;
        set => _values[(PlaceOf(where), name)] = TunableValue.Parse(value);
    }

    /// <summary>Another namespace of the machine's own.</summary>
    /// <param name="name">Its name.</param>
    public NetworkNamespace AddNamespace(string name)
    {
        var number = ++_made;
        return new NetworkNamespace(new NamespaceId(4026532000 + number, 100 + number), name, isGlobal: false);
    }

    /// <summary>Gives a namespace a file below /proc/net, or another text of it.</summary>
    public void SetFile(string file, string text, NetworkNamespace? where = null) => _files[(PlaceOf(where), file)] = text;

    /// <summary>A file below /proc/net as a namespace sees it; null when there is none.</summary>
    public string? ReadFile(string file, NetworkNamespace? where = null) => _files.GetValueOrDefault((PlaceOf(where), file));

    /// <inheritdoc/>
    public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, [NotNullWhen(true)] out TunableValue? value) =>
        _values.TryGetValue((PlaceOf(tunable.Scope == TunableScope.Machine ? Global : networkNamespace), tunable.Name), out value);

    /// <inheritdoc/>
    public TunableUpdate Update(Tunable tunable, NetworkNamespace networkNamespace, Func<TunableValue, TunableValue?> decide)
    {
        if (!TryRead(tunable, networkNamespace, out var before))
            throw new SysctlException($"this kernel has no {tunable.Name} in {networkNamespace.Phrase}", Errno.ENOENT);
        if (decide(before) is not { } wanted)
            return new TunableUpdate(before, null, before);
        _values[(PlaceOf(networkNamespace), tunable.Name)] = wanted;
        return new TunableUpdate(before, wanted, wanted);
    }

    private NamespaceId PlaceOf(NetworkNamespace? where) => (where ?? Global).Id;
}
