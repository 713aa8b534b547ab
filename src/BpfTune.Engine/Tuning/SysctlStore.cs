using System.Diagnostics.CodeAnalysis;
using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>Tunables below /proc/sys, read and written inside their namespace.</summary>
public sealed class SysctlStore : ITunableStore
{
    private readonly INamespaceRunner _namespaces;
    private readonly Func<Tunable, string> _pathOf;

    /// <summary>The sysctls of this machine.</summary>
    public SysctlStore(INamespaceRunner namespaces)
        : this(namespaces, tunable => tunable.ProcPath)
    {
    }

    internal SysctlStore(INamespaceRunner namespaces, Func<Tunable, string> pathOf)
    {
        _namespaces = namespaces;
        _pathOf = pathOf;
    }

    /// <inheritdoc/>
    public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, [NotNullWhen(true)] out TunableValue? value)
    {
        value = null;
        var path = _pathOf(tunable);
        int errno;
        string? text;
        try
        {
            (text, errno) = networkNamespace.IsGlobal
                ? Read(path)
                : _namespaces.Run(networkNamespace, () => Read(path));
        }
        catch (NamespaceGoneException)
        {
            return false;
        }

        if (text is not null)
        {
            value = TunableValue.Parse(text);
            return true;
        }

        var refused = Refused(errno, tunable, networkNamespace, null);
        return refused.IsAbsent ? false : throw refused;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TunableValue?> Read(IReadOnlyList<Tunable> tunables, NetworkNamespace networkNamespace)
    {
        try
        {
            return _namespaces.Run(networkNamespace, () => tunables
                .Select(tunable => Read(_pathOf(tunable)).Text is { } text ? TunableValue.Parse(text) : null).ToArray());
        }
        catch (NamespaceException)
        {
            return new TunableValue?[tunables.Count];
        }
    }

    /// <inheritdoc/>
    public TunableUpdate Update(
        Tunable tunable, NetworkNamespace networkNamespace, Func<TunableValue, TunableValue?> decide) =>
        _namespaces.Run(networkNamespace, () => UpdateHere(tunable, networkNamespace, decide));

    private TunableUpdate UpdateHere(
        Tunable tunable, NetworkNamespace networkNamespace, Func<TunableValue, TunableValue?> decide)
    {
        var path = _pathOf(tunable);
        var before = ReadHere(path, tunable, networkNamespace);
        if (decide(before) is not { } wanted)
            return new TunableUpdate(before, null, before);
        var errno = SysctlFile.Write(path, wanted.Text);
        if (errno != 0)
            throw Refused(errno, tunable, networkNamespace, wanted.Text);
        var after = ReadHere(path, tunable, networkNamespace);
        if (after.Equals(before) && !wanted.Equals(before))
        {
            throw new SysctlException(
                SysctlErrors.Ignored(tunable.Name, networkNamespace.Phrase, wanted.Text, after.Text), 0);
        }

        return new TunableUpdate(before, wanted, after);
    }

    private static TunableValue ReadHere(string path, Tunable tunable, NetworkNamespace networkNamespace)
    {
        var (text, errno) = Read(path);
        return text is null ? throw Refused(errno, tunable, networkNamespace, null) : TunableValue.Parse(text);
    }

    private static (string? Text, int Errno) Read(string path)
    {
        var text = SysctlFile.TryRead(path, out var errno);
        return (text, errno);
    }

    private static SysctlException Refused(int errno, Tunable tunable, NetworkNamespace networkNamespace, string? wanted) =>
        new(
            SysctlErrors.Describe(errno, tunable.Name, networkNamespace.Phrase, wanted),
            errno,
            isAbsent: wanted is null && errno is (Errno.ENOENT or Errno.ENOTDIR));
}
