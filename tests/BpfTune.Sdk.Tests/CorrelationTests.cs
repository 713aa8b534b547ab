namespace BpfTune.Sdk.Tests;

public sealed class CorrelationTests
{
    private readonly Correlation _correlation = new();

    [Theory]
    [InlineData(3, 7, 1)]
    [InlineData(-2, 1, -1)]
    [InlineData(0.001, 1e9, 1)]
    public void ALineIsPerfect(double slope, double offset, double expected)
    {
        for (var x = 1; x <= 50; x++)
            _correlation.Add(x, (slope * x) + offset);
        Assert.Equal(expected, _correlation.Coefficient, 6);
    }

    [Fact]
    public void AgreesWithTheTextbookFormula()
    {
        var random = new Random(7);
        var samples = Enumerable.Range(0, 200)
            .Select(_ => random.NextDouble())
            .Select(x => (X: x * 1e6, Y: (x * 30) + (random.NextDouble() * 40)))
            .ToArray();
        foreach (var (x, y) in samples)
            _correlation.Add(x, y);
        var (meanX, meanY) = (samples.Average(s => s.X), samples.Average(s => s.Y));
        var expected = samples.Sum(s => (s.X - meanX) * (s.Y - meanY))
            / Math.Sqrt(samples.Sum(s => Math.Pow(s.X - meanX, 2)) * samples.Sum(s => Math.Pow(s.Y - meanY, 2)));
        Assert.Equal(expected, _correlation.Coefficient, 9);
        Assert.InRange(expected, 0.3, 0.9);
    }

    [Fact]
    public void LargeValuesThatAreAlikeLoseNoDigits()
    {
        for (var i = 0; i < 100; i++)
            _correlation.Add(2_147_483_000 + i, 4e15 + i);
        Assert.Equal(1, _correlation.Coefficient, 6);
    }

    [Fact]
    public void TooFewOrUnvaryingSamplesSayNothing()
    {
        Assert.Equal(0, _correlation.Coefficient);
        _correlation.Add(1, 1);
        Assert.Equal(0, _correlation.Coefficient);
        for (var i = 0; i < 20; i++)
            _correlation.Add(1, i);
        Assert.Equal(0, _correlation.Coefficient);
        Assert.False(_correlation.IsAbove(-0.5, 100));
    }

    [Fact]
    public void TenSamplesAreNeeded()
    {
        for (var i = 1; i <= 9; i++)
            _correlation.Add(i, i);
        Assert.False(_correlation.IsAbove(0.75));
        _correlation.Add(10, 10);
        Assert.True(_correlation.IsAbove(0.75));
        Assert.False(_correlation.IsAbove(1));
    }

    [Fact]
    public void OldSamplesFade()
    {
        for (var i = 0; i < 1000; i++)
            _correlation.Add(i % 100, i % 100);
        Assert.Equal(Correlation.Window, _correlation.Count);
        for (var i = 0; i < 5 * Correlation.Window; i++)
            _correlation.Add(i % 100, 100 - (i % 100));
        Assert.InRange(_correlation.Coefficient, -1, -0.9);
    }

    [Fact]
    public void ItStaysWithinBoundsForAWeekOfSamples()
    {
        var random = new Random(3);
        for (var i = 0; i < 600_000; i++)
            _correlation.Add(random.NextDouble() * int.MaxValue, random.NextDouble());
        Assert.InRange(_correlation.Coefficient, -0.3, 0.3);
        Assert.True(double.IsFinite(_correlation.Coefficient));
    }

    [Fact]
    public void ClearForgets()
    {
        for (var i = 0; i < 20; i++)
            _correlation.Add(i, -i);
        _correlation.Clear();
        Assert.Equal((0, 0d), (_correlation.Count, _correlation.Coefficient));
        for (var i = 0; i < 20; i++)
            _correlation.Add(i, i);
        Assert.Equal(1, _correlation.Coefficient, 9);
    }
}
