namespace BpfTune.Lab.Tests;

public sealed class LossModelTests
{
    private const int Packets = 1_000_000;

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Loses_the_share_that_was_asked_for(double probability)
    {
        var model = new LossModel(probability, seed: 7);

        int lost = Enumerable.Range(0, Packets).Count(_ => model.Next());

        // Six standard deviations of the binomial distribution; the seed is fixed, so this is one number.
        double deviation = Math.Sqrt(Packets * probability * (1 - probability));
        Assert.InRange(lost, (Packets * probability) - (6 * deviation), (Packets * probability) + (6 * deviation));
    }

    [Fact]
    public void The_same_seed_loses_the_same_packets()
    {
        Assert.Equal(Losses(seed: 3), Losses(seed: 3));
        Assert.NotEqual(Losses(seed: 3), Losses(seed: 4));
    }

    [Fact]
    public void Bundles_and_single_packets_see_the_same_stream()
    {
        var single = new LossModel(0.05, seed: 11);
        var bundled = new LossModel(0.05, seed: 11);
        for (int i = 0; i < 2000; i++)
        {
            int size = 1 + (i % 40);
            bool[] expected = [.. Enumerable.Range(0, size).Select(_ => single.Next())];
            bool whole = bundled.TryPass(size);

            Assert.Equal(expected.All(lost => !lost), whole);
            if (!whole)
            {
                Assert.Equal(expected, Enumerable.Range(0, size).Select(_ => bundled.Next()));
            }
        }
    }

    [Fact]
    public void No_loss_loses_nothing()
    {
        var model = new LossModel(0, seed: 1);

        Assert.DoesNotContain(true, Enumerable.Range(0, Packets).Select(_ => model.Next()));
    }

    private static int[] Losses(ulong seed)
    {
        var model = new LossModel(0.01, seed);
        return [.. Enumerable.Range(0, 10_000).Where(_ => model.Next())];
    }
}
