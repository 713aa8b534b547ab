using System.Diagnostics.CodeAnalysis;
using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>Where tunables are kept.</summary>
public interface ITunableStore
{
    /// <summary>Reads a tunable. False when the kernel has no such one there, or the namespace is gone.</summary>
    /// <exception cref="SysctlException">It is there but cannot be read.</exception>
    /// <exception cref="NamespaceException">The namespace may not be entered.</exception>
    bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, [NotNullWhen(true)] out TunableValue? value);

    /// <summary>Reads several in one visit to the namespace; null for each that cannot be read.</summary>
    IReadOnlyList<TunableValue?> Read(IReadOnlyList<Tunable> tunables, NetworkNamespace networkNamespace) =>
        [.. tunables.Select(tunable => TryRead(tunable, networkNamespace, out var value) ? value : null)];

    /// <summary>
    /// Reads a tunable, asks what to make of it, writes that and reads it back, all in one visit to the namespace.
    /// </summary>
    /// <param name="tunable">The tunable.</param>
    /// <param name="networkNamespace">Where.</param>
    /// <param name="decide">
    /// Given the value found, the value to write, or null for none. It runs while the caller waits, perhaps on another
    /// thread; what it throws is thrown here, and nothing is written then.
    /// </param>
    /// <exception cref="SysctlException">The kernel refused.</exception>
    /// <exception cref="NamespaceException">The namespace is gone or may not be entered.</exception>
    TunableUpdate Update(Tunable tunable, NetworkNamespace networkNamespace, Func<TunableValue, TunableValue?> decide);
}
