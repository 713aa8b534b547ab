namespace BpfTune.Sdk.Tests;

public sealed class MemoryMarksTests
{
    private const long Free = 1_600_000; // shares: 100000, 200000, 400000

    [Theory]
    [InlineData("1000 2000 4000", Free, "1250 2500 5000")]
    [InlineData("90000 190000 390000", Free, "100000 200000 400000")] // clipped to the shares
    [InlineData("100000 200000 400000", Free, "100000 200000 400000")]
    [InlineData("300000 400000 500000", Free, "300000 400000 500000")] // an administrator's larger marks stay
    [InlineData("1000 2000 4000", 0, "1000 2000 4000")] // memory unknown
    [InlineData("0 0 0", Free, "0 0 0")]
    [InlineData("1 1 1", Free, "2 2 2")]
    public void Marks_rise_by_a_step_within_their_shares(string marks, long free, string expected) =>
        Assert.Equal(expected, MemoryMarks.Raise(TunableValue.Parse(marks), free, LearningRate.Default).Text);

    [Theory]
    [InlineData(0, "65 130 260")]
    [InlineData(1, "66 132 264")]
    [InlineData(2, "68 136 272")]
    [InlineData(3, "72 144 288")]
    [InlineData(4, "80 160 320")]
    public void The_step_follows_the_learning_rate(int rate, string expected) =>
        Assert.Equal(expected, MemoryMarks.Raise(TunableValue.Of(64, 128, 256), Free, new LearningRate(rate)).Text);

    [Fact]
    public void An_hour_of_pressure_ends_at_the_shares()
    {
        var marks = TunableValue.Of(16, 32, 64);
        for (var second = 0; second < 3600; second++)
        {
            var next = MemoryMarks.Raise(marks, Free, LearningRate.Default);
            Assert.True(next[0] <= next[1] && next[1] <= next[2]);
            marks = next;
        }

        Assert.Equal("100000 200000 400000", marks.Text);
    }

    [Theory]
    [InlineData(300_000, "100000 200000 400000", true)]
    [InlineData(299_999, "100000 200000 400000", false)] // not near the max mark
    [InlineData(300_000, "1000 2000 390000", false)] // room to raise it
    public void Memory_is_exhausted_only_when_the_max_cannot_rise(long allocated, string marks, bool expected) =>
        Assert.Equal(expected, MemoryMarks.IsExhausted(allocated, TunableValue.Parse(marks), Free, LearningRate.Default));

    [Theory]
    [InlineData(149_999, true)]
    [InlineData(150_000, false)]
    public void Memory_has_eased_a_step_below_the_pressure_mark(long allocated, bool expected) =>
        Assert.Equal(expected, MemoryMarks.HasEased(allocated, TunableValue.Of(100_000, 200_000, 400_000), LearningRate.Default));
}
