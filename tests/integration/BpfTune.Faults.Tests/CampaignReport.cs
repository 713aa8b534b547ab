namespace BpfTune.Faults.Tests;

/// <summary>A line for each kind, and one for all of them: printed when the last test has ended, and kept in a file for the build.</summary>
public sealed class CampaignReport : IDisposable
{
    private static readonly string? s_file = Environment.GetEnvironmentVariable("BPFTUNE_FAULTS_REPORT");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Campaign.Tallies.Count == 0)
            return;
        Write();
        foreach (var line in Lines())
            Console.WriteLine(line);
    }

    // After each kind: a campaign that is stopped has said something.
    internal static void Write()
    {
        if (s_file is not null)
            File.WriteAllLines(s_file, Lines());
    }

    private static IEnumerable<string> Lines()
    {
        var tallies = Campaign.Tallies;
        var width = tallies.Max(tally => tally.Kind.Length);
        yield return $"seed {Campaign.Seed}";
        foreach (var tally in tallies)
        {
            yield return $"{tally.Kind.PadRight(width)}  {tally.Tried} tried, {tally.Survived} survived, {tally.Lost.Count} lost";
            foreach (var loss in tally.Lost)
                yield return $"  seed {loss.Seed}: {loss.Failure.Message.Split('\n')[0]}";
        }

        yield return $"{tallies.Sum(t => t.Tried)} tried, {tallies.Sum(t => t.Survived)} survived, {tallies.Sum(t => t.Lost.Count)} lost";
    }
}
