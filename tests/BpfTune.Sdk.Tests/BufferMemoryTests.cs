namespace BpfTune.Sdk.Tests;

public sealed class BufferMemoryTests
{
    private const string Memory = """
        MemTotal:       24683620 kB
        MemFree:        22131420 kB
        MemAvailable:   23774956 kB
        Buffers:           30220 kB
        """;

    [Fact]
    public void What_is_available_not_what_is_there() => Assert.Equal(23774956 / 4, BufferMemory.AvailablePages(Memory, null, 4096));

    [Fact]
    public void In_larger_pages_there_are_fewer() => Assert.Equal(23774956 / 64, BufferMemory.AvailablePages(Memory, null, 65536));

    [Theory]
    [InlineData("0.00", true)]
    [InlineData("4.99", true)]
    [InlineData("5.00", false)]
    [InlineData("83.20", false)]
    [InlineData("nonsense", true)]
    public void None_while_tasks_wait_for_it(string share, bool some)
    {
        var pressure = $"some avg10={share} avg60=1.00 avg300=0.10 total=123\nfull avg10=99.00 avg60=0.00 avg300=0.00 total=0\n";
        Assert.Equal(some, BufferMemory.AvailablePages(Memory, pressure, 4096) > 0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("MemFree: 5 kB\n")]
    [InlineData("MemAvailable: much kB\n")]
    [InlineData("MemAvailable: 5\n")]
    [InlineData("MemAvailable: -5 kB\n")]
    [InlineData("MemAvailable:  5 MB\n")]
    public void Nothing_where_nothing_tells(string? text) => Assert.Equal(0, BufferMemory.AvailablePages(text, null, 4096));

    [Fact]
    public void The_largest_machine_does_not_overflow() =>
        Assert.Equal(long.MaxValue / 4, BufferMemory.AvailablePages($"MemAvailable: {long.MaxValue} kB\n", null, 4096));

    [Fact]
    public void This_machine_tells() => Assert.Contains("MemAvailable:", File.ReadAllText("/proc/meminfo"), StringComparison.Ordinal);
}
