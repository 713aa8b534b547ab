using System.Text.RegularExpressions;

namespace BpfTune.Packages.Tests.Machines;

/// <summary>What lies in a machine's file system, and its kernel's settings, at one moment.</summary>
internal sealed partial class Snapshot
{
    private readonly Dictionary<string, string> _files;
    private readonly Dictionary<string, string> _sysctls;

    private Snapshot(Dictionary<string, string> files, Dictionary<string, string> sysctls)
    {
        _files = files;
        _sysctls = sysctls;
    }

    /// <summary>Takes one. What belongs to the tests, and what is no disk, is left out.</summary>
    public static async Task<Snapshot> TakeAsync(Machine machine)
    {
        var files = await machine.ShellAsync(
            @"find / -xdev \( -path /repository -o -path /packages -o -path /tmp -o -path /root \) -prune -o -printf '%p\t%y %m %u %g %l %s %T@\n'");
        // Some can only be written.
        var sysctls = await machine.ShellAsync("cd /proc/sys && { grep -rs . . || true; }");
        return new(
            Parse(files, '\t').Where(f => f.Value[0] is not 'd').Concat(Parse(files, '\t').Where(f => f.Value[0] is 'd').Select(WithoutTime)).ToDictionary(),
            Parse(sysctls, ':').Where(s => !Counters().IsMatch(s.Key)).GroupBy(s => s.Key).ToDictionary(g => g.Key, g => string.Join('\n', g.Select(s => s.Value))));
    }

    /// <summary>The paths that are in a later snapshot only, but for those that the package manager writes for itself.</summary>
    public IReadOnlyList<string> AddedBy(Snapshot later, string own) =>
        [.. later._files.Keys.Except(_files.Keys).Where(path => !IsOwn(path, own)).Order(StringComparer.Ordinal)];

    /// <summary>The paths that are no longer in a later snapshot.</summary>
    public IReadOnlyList<string> RemovedBy(Snapshot later, string own) =>
        [.. _files.Keys.Except(later._files.Keys).Where(path => !IsOwn(path, own)).Order(StringComparer.Ordinal)];

    /// <summary>The paths in both whose kind, owner, mode or content differ.</summary>
    public IReadOnlyList<string> ChangedBy(Snapshot later, string own) =>
    [
        .. _files.Where(f => later._files.TryGetValue(f.Key, out var now) && now != f.Value).Select(f => f.Key)
            .Where(path => !IsOwn(path, own)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The settings of the kernel that are not what they were.</summary>
    public IReadOnlyList<string> SysctlsChangedBy(Snapshot later) =>
    [
        .. _sysctls.Where(s => later._sysctls.GetValueOrDefault(s.Key) != s.Value)
            .Select(s => $"{s.Key}: {s.Value} -> {later._sysctls.GetValueOrDefault(s.Key)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>How many settings it knows.</summary>
    public int SysctlCount => _sysctls.Count;

    private static IEnumerable<KeyValuePair<string, string>> Parse(string lines, char separator) =>
        from line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let pair = line.Split(separator, 2)
        select KeyValuePair.Create(pair[0], pair[1]);

    // A directory's size and time tell only that something in it came or went.
    private static KeyValuePair<string, string> WithoutTime(KeyValuePair<string, string> directory) =>
        KeyValuePair.Create(directory.Key, string.Join(' ', directory.Value.Split(' ')[..4]));

    private static bool IsOwn(string path, string own) => Caches().IsMatch(path) || Regex.IsMatch(path, own);

    // What every package's arrival refreshes: the linker's cache, the manual's index.
    [GeneratedRegex("^/(etc/ld.so.cache|var/cache/(ldconfig|man)(/|$)|var/log/(journal|lastlog|wtmp))")]
    private static partial Regex Caches();

    // What the kernel counts, or makes up anew each time.
    [GeneratedRegex("^./(kernel/(random/|ns_last_pid|pty/nr|sched_|perf_event_max_sample_rate)|fs/(dentry-state|inode-|file-nr|aio-nr|quota/)|net/netfilter/nf_conntrack_(count|buckets))")]
    private static partial Regex Counters();
}
