using System.Globalization;
using System.IO.Enumeration;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Which process is in which network namespace. One pass over /proc answers for all namespaces at once, so a storm of
/// unknown ones costs one pass, and passes are kept to a small share of the time.
/// </summary>
internal sealed class ProcessNamespaces
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    private readonly Dictionary<uint, uint> _processOfInode = [];
    private readonly ScanBudget _budget;

    internal ProcessNamespaces(TimeProvider time) => _budget = new ScanBudget(time);

    /// <summary>Passes over /proc so far.</summary>
    internal long Passes => _budget.Searches;

    /// <summary>How long until another pass is allowed.</summary>
    internal TimeSpan Wait => _budget.Wait;

    /// <summary>Passes over /proc if the budget allows it.</summary>
    internal bool TryRefresh() => _budget.TrySpend(Scan);

    /// <summary>Passes over /proc now.</summary>
    internal void Refresh() => _budget.Spend(Scan);

    /// <summary>A file of some process in the namespace, as the last pass saw it and a look now confirms it.</summary>
    internal string? PathOf(uint inode)
    {
        if (!_processOfInode.TryGetValue(inode, out var process))
            return null;
        if (NamespaceFile.InodeOfProcess(process) == inode)
            return PathOfProcess(process);
        _processOfInode.Remove(inode);
        return null;
    }

    /// <summary>The namespace file of a process.</summary>
    internal static string PathOfProcess(uint process) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/ns/net");

    private void Scan()
    {
        _processOfInode.Clear();
        var processes = new FileSystemEnumerable<uint>("/proc", Number, Everything) { ShouldIncludePredicate = IsProcess };
        foreach (var process in processes)
        {
            // The first process found stays: low numbers belong to those that live longest.
            if (NamespaceFile.InodeOfProcess(process) is { } inode)
                _processOfInode.TryAdd(inode, process);
        }
    }

    private static bool IsProcess(ref FileSystemEntry entry) =>
        !entry.FileName.IsEmpty && char.IsAsciiDigit(entry.FileName[0]) && uint.TryParse(entry.FileName, out _);

    private static uint Number(ref FileSystemEntry entry) =>
        uint.Parse(entry.FileName, NumberStyles.None, CultureInfo.InvariantCulture);
}
