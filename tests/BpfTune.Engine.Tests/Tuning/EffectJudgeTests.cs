using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class EffectJudgeTests
{
    [Theory]
    [InlineData("10 10 10", "0 0 0 0", 4, "Helped")]
    [InlineData("10 10 10", "0 0 0", 60, null)] // too little to tell
    [InlineData("10 10 10", "10 10 10 10", 4, null)] // as before, and it may take a while
    [InlineData("10 10 10", "10 10 10 10", 10, "NoDifference")]
    [InlineData("10 10 10", "20 20 20 20", 4, "Harm")]
    [InlineData("10 10 10", "12 12 12 12", 10, "NoDifference")] // worse by less than a quarter
    [InlineData("10 10 10", "9.5 9.5 9.5 9.5", 10, "NoDifference")] // better by less than a sixteenth
    [InlineData("10 10 10", "8.5 8.5 8.5 8.5", 10, "Helped")]
    [InlineData("0 20 10", "0 20 0 20", 10, "NoDifference")]
    [InlineData("0 20 10", "0 15 0 5", 10, null)] // less, and so it was now and then before
    [InlineData("0 20 10", "0 15 0 5", 30, "NoDifference")]
    [InlineData("20 0 10", "20 30 10 0", 4, null)] // more, and so it was too
    [InlineData("96 96 96", "92 92 92 92", 10, "Helped")] // twice as much gets through
    [InlineData("100 100 100", "100 100 100 100", 10, "NoDifference")] // nothing ever does
    [InlineData("10", "0 0 0 0 0 0", 10, "Helped")]
    [InlineData("", "10 10 10 10", 10, null)]
    public void A_difference_counts_when_it_is_beyond_chance_and_worth_while(string before, string after, int cycles, string? expected) =>
        Assert.Equal(expected, EffectJudge.Judge(Series(before, 10_000), Series(after, 10_000), cycles)?.ToString());

    [Fact]
    public void Few_things_differ_by_chance_however_alike_the_blocks_are()
    {
        Assert.Equal(TrialResult.NoDifference, EffectJudge.Judge(Series("10 10 10", 50), Series("6 6 6 6", 50), EffectJudge.LastPatience));
        Assert.Equal(TrialResult.Helped, EffectJudge.Judge(Series("10 10 10", 5000), Series("6 6 6 6", 5000), EffectJudge.Patience));
    }

    [Theory]
    [InlineData(0.12, 0.001, "drops 12 % → 0.1 %")]
    [InlineData(1, 0, "drops 100 % → 0 %")]
    [InlineData(0.0123, 0.00001, "drops 1.2 % → 0 %")]
    [InlineData(0, 0.0003, "drops 0 % → 0.03 %")]
    public void It_is_said_with_two_digits(double before, double after, string expected) =>
        Assert.Equal(expected, EffectJudge.Text(Sample.Buffer.Effect!, before, after));

    /// <summary>Blocks of so many things, of which these percentages are lost.</summary>
    private static EffectSeries Series(string percentages, long size)
    {
        var series = new EffectSeries();
        foreach (var percent in percentages.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var lost = (long)(double.Parse(percent, System.Globalization.CultureInfo.InvariantCulture) / 100 * size);
            series.Add(new EffectReading(lost, size - lost));
        }

        return series;
    }
}
