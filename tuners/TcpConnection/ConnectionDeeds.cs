namespace BpfTune.Tuners.TcpConnection;

/// <summary>What was done to connections, in sentences: the kernel counted them, the table of remotes knows where they led.</summary>
/// <param name="Switched">Connections that were switched to bbr for loss.</param>
/// <param name="Chosen">Connections that were given an algorithm by what is known of their remote.</param>
/// <param name="MovedBack">Connections that did badly under either, and were moved back.</param>
/// <param name="Again">Connections on which bbr was started once more, since its start had lost too much.</param>
internal readonly record struct ConnectionDeeds(ulong Switched, ulong Chosen, ulong MovedBack, ulong Again)
{
    /// <summary>More would hide the rest of the summary.</summary>
    private const int MostRemotes = 8;

    public IEnumerable<string> Describe(RemoteTable remotes, AlgorithmTable algorithms)
    {
        if (Switched > 0)
        {
            var (lossy, more) = First(remotes.Values.Where(r => r.Lossy > 0));
            var where = string.Join(", ", lossy.Select(r => $"{r.Key} in {r.Namespace.Phrase}"));
            yield return $"{Connections(Switched)} switched to bbr for loss{(where.Length == 0 ? "" : $", to {where}{more}")}";
        }

        if (Chosen > 0)
            yield return $"{Connections(Chosen)} given a congestion control by what is known of their network";

        if (MovedBack > 0)
            yield return $"{Connections(MovedBack)} moved back, since the other congestion control delivered less than half";

        if (Again > 0)
            yield return $"{Connections(Again)} begun again under bbr, since it had taken a loss for the end of the path";

        var learned = remotes.Values.Where(r => r.Connections > 0).ToList();
        if (learned.Count > 0)
        {
            var (preferred, more) = First(learned.Where(r => r.Preferred >= 0));
            var what = string.Join(", ", preferred.Select(r => $"{algorithms.Names[r.Preferred]} for {r.Key} in {r.Namespace.Phrase} ({r.Why(algorithms)})"));
            yield return $"learned from {Count(learned.Sum(r => r.Connections), "connection")} to {Count(learned.Count, "network")}"
                + (what.Length == 0 ? ", and the default kept for all" : $": {what}{more}");
        }
    }

    private static (List<Remote> Remotes, string More) First(IEnumerable<Remote> remotes)
    {
        var all = remotes.OrderByDescending(r => r.LastUse).ToList();
        return (all[..Math.Min(MostRemotes, all.Count)], all.Count > MostRemotes ? $" and {all.Count - MostRemotes} more" : "");
    }

    private static string Connections(ulong count) => count == 1 ? "1 connection was" : $"{count} connections were";

    private static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
