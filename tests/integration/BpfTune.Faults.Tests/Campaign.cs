using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace BpfTune.Faults.Tests;

/// <summary>
/// Tries one kind of fault again and again, for its share of the campaign's time. Each try has a seed, which a try that is
/// lost names: a campaign with that seed begins with it.
/// </summary>
internal static class Campaign
{
    /// <summary>How many kinds share the time.</summary>
    private const int Kinds = 8;

    /// <summary>Enough to see what is wrong.</summary>
    private const int MostLost = 10;

    private static readonly Dictionary<string, Tally> s_tallies = [];

    /// <summary>Minutes for all kinds together.</summary>
    public static double Minutes { get; } = Number("BPFTUNE_FAULTS_MINUTES") ?? 2;

    /// <summary>The first try's seed, of every kind.</summary>
    public static int Seed { get; } = (int?)Number("BPFTUNE_FAULTS_SEED") ?? Random.Shared.Next(1_000_000);

    /// <summary>Of the kinds so far.</summary>
    public static IReadOnlyCollection<Tally> Tallies => s_tallies.Values;

    /// <summary>Tries until the share of the time is over, at least once.</summary>
    /// <param name="kind">What is tried, in a few words.</param>
    /// <param name="attempt">One try: it throws when the daemon did not do what it must.</param>
    public static void Run(string kind, Action<Random> attempt) =>
        Run(kind, seed => attempt(new Random(Mixed(kind, seed))), Enumerable.Range(0, int.MaxValue).Select(i => unchecked(Seed + i)));

    /// <summary>The same for tries of which there are so many and no more.</summary>
    /// <param name="kind">What is tried, in a few words.</param>
    /// <param name="attempt">One try, by its seed.</param>
    /// <param name="seeds">All of them.</param>
    public static void Run(string kind, Action<int> attempt, IEnumerable<int> seeds)
    {
        var tally = s_tallies[kind] = new Tally(kind);
        var share = TimeSpan.FromMinutes(Minutes / Kinds);
        var start = Stopwatch.GetTimestamp();
        foreach (var seed in seeds)
        {
            try
            {
                attempt(seed);
                tally.Survived++;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                tally.Lost.Add(new Loss(seed, e));
                Console.WriteLine($"LOST {kind}, seed {seed}: {e}");
            }

            if (tally.Lost.Count >= MostLost || Stopwatch.GetElapsedTime(start) >= share)
                break;
        }

        CampaignReport.Write();
        Assert.True(tally.Lost.Count == 0, string.Join('\n', tally.Lost.Select(loss => $"{kind}, seed {loss.Seed}: {loss.Failure.Message}")));
    }

    /// <summary>A generator for a try that has more than its number to choose.</summary>
    public static Random RandomOf(string kind, int seed) => new(Mixed(kind, seed));

    // The same in every process, which string.GetHashCode is not: FNV-1a.
    private static int Mixed(string kind, int seed) => unchecked((int)Encoding.UTF8.GetBytes(kind).Aggregate(2166136261u ^ (uint)seed, (hash, b) => (hash ^ b) * 16777619u));

    private static double? Number(string variable) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
