namespace BpfTune.Lab;

/// <summary>Every sysctl below net. that can be read in one namespace, to tell later what has changed.</summary>
public sealed class SysctlSnapshot
{
    // They count what happens, nobody sets them.
    private static readonly string[] s_counters = ["net.netfilter.nf_conntrack_count", "net.netfilter.nf_conntrack_buckets"];

    private readonly IReadOnlyDictionary<string, string> _values;

    private SysctlSnapshot(IReadOnlyDictionary<string, string> values) => _values = values;

    /// <summary>How many values it holds.</summary>
    public int Count => _values.Count;

    /// <summary>The value at that time; null: there was no such sysctl.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>The namespace that the calling thread is in.</summary>
    public static SysctlSnapshot Capture()
    {
        const string root = "/proc/sys/";
        var values = new Dictionary<string, string>();
        foreach (string path in Directory.EnumerateFiles(root + "net", "*", SearchOption.AllDirectories))
        {
            string name = path[root.Length..].Replace('/', '.');
            if (!s_counters.Contains(name) && TryRead(path) is { } value)
            {
                values[name] = value;
            }
        }

        return new SysctlSnapshot(values);
    }

    /// <summary>A laboratory's namespace.</summary>
    public static SysctlSnapshot Capture(LabNamespace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return place.Run(Capture);
    }

    /// <summary>What is different in a later snapshot. A device that came or went in between is no difference.</summary>
    public IReadOnlyList<SysctlDifference> DifferencesTo(SysctlSnapshot later)
    {
        ArgumentNullException.ThrowIfNull(later);
        return
        [
            .. from old in _values
               let now = later[old.Key]
               where now is not null && now != old.Value
               orderby old.Key
               select new SysctlDifference(old.Key, old.Value, now),
        ];
    }

    private static string? TryRead(string path)
    {
        try
        {
            return Sysctl.Normalize(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Some can only be written (route.flush), some have no value yet (stable_secret).
            return null;
        }
    }
}
