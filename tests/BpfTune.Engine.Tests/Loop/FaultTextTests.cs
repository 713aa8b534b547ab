using BpfTune.Engine.Loop;

namespace BpfTune.Engine.Tests.Loop;

public sealed class FaultTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData(" a\n b\r\n\tc ", "a b c")]
    [InlineData("a\e[2Jb", "a?[2Jb")]
    [InlineData("a\u2028b\u202ec", "a b?c")]
    public void Text_is_one_line_that_steers_nothing(string? text, string expected) => Assert.Equal(expected, FaultText.OneLine(text));

    [Fact]
    public void What_is_too_long_is_cut() => Assert.Equal(401, FaultText.OneLine(new string('a', 100_000)).Length);

    [Fact]
    public void Pauses_grow_and_are_forgotten_when_all_was_well_for_a_while()
    {
        var pauses = new GrowingPauses(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(10));
        var now = TimeSpan.FromHours(1);
        int[] seconds = [1, 4, 16, 20, 20];
        foreach (var expected in seconds)
        {
            var pause = pauses.Fail(now);
            Assert.Equal(expected, pause.TotalSeconds);
            now += pause + TimeSpan.FromSeconds(1);
        }

        Assert.Equal(5, pauses.Failures);
        Assert.Equal(1, pauses.Fail(now + TimeSpan.FromMinutes(10)).TotalSeconds);
        Assert.Equal(1, pauses.Failures);
    }
}
