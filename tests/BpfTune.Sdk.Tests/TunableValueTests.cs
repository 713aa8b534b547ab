namespace BpfTune.Sdk.Tests;

public sealed class TunableValueTests
{
    [Theory]
    [InlineData("4096\t131072\t6291456\n", "4096 131072 6291456", 3)]
    [InlineData("  1 \t 2\n", "1 2", 2)]
    [InlineData("0", "0", 1)]
    [InlineData("-1\n", "-1", 1)]
    [InlineData("2147483648", "2147483648", 1)]
    [InlineData("9223372036854775807", "9223372036854775807", 1)]
    [InlineData("cubic\n", "cubic", 0)]
    [InlineData("reno cubic bbr\n", "reno cubic bbr", 0)]
    [InlineData("1 two 3", "1 two 3", 0)]
    [InlineData("9223372036854775808", "9223372036854775808", 0)]
    [InlineData("1.5", "1.5", 0)]
    [InlineData("0x10", "0x10", 0)]
    [InlineData("", "", 0)]
    [InlineData("\n", "", 0)]
    public void Parse(string text, string normal, int numbers)
    {
        var value = TunableValue.Parse(text);
        Assert.Equal(normal, value.Text);
        Assert.Equal(normal, value.ToString());
        Assert.Equal(numbers, value.Numbers.Length);
    }

    [Fact]
    public void WhiteSpaceMakesNoDifference()
    {
        var tabs = TunableValue.Parse("1\t2\t3\n");
        Assert.Equal(TunableValue.Of(1, 2, 3), tabs);
        Assert.Equal(TunableValue.Of(1, 2, 3).GetHashCode(), tabs.GetHashCode());
        Assert.NotEqual(TunableValue.Of(1, 2, 4), tabs);
        Assert.NotEqual(TunableValue.Of(1, 2), tabs);
        Assert.False(tabs.Equals(null));
        Assert.False(tabs.Equals("1 2 3"));
    }

    [Fact]
    public void WithChangesOneMember()
    {
        var value = TunableValue.Of(4096, 131072, 6291456);
        var raised = value.With(2, 2147483647);
        Assert.Equal("4096 131072 2147483647", raised.Text);
        Assert.Equal(2147483647, raised[2]);
        Assert.Equal("4096 131072 6291456", value.Text);
    }

    [Fact]
    public void WhatCannotBe()
    {
        Assert.Throws<ArgumentException>(() => TunableValue.Of());
        Assert.Throws<InvalidOperationException>(() => TunableValue.Parse("cubic")[0]);
        Assert.Throws<InvalidOperationException>(() => TunableValue.Parse("cubic").With(0, 1));
        Assert.Throws<IndexOutOfRangeException>(() => TunableValue.Of(1)[1]);
        Assert.Throws<IndexOutOfRangeException>(() => TunableValue.Of(1).With(1, 1));
    }
}
