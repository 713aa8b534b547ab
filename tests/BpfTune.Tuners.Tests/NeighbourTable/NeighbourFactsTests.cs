using BpfTune.Tuners.NeighbourTable;

namespace BpfTune.Tuners.Tests.NeighbourTable;

public sealed class NeighbourFactsTests
{
    private const string Names = "entries  allocs   destroys hash_grows lookups  hits     res_failed\n";

    [Theory]
    [InlineData(Names + "00000002 0000006e 0000006a 00000000   00000609 00000000 00000000\n00000002 0000006c\n", 2)]
    [InlineData(Names + "000003ff 0000006e\n", 1023)]
    [InlineData(Names + "00100000", 1048576)]
    [InlineData(Names + "ffffffff 0\n", 4294967295)]
    public void Entries_are_read_from_the_first_processor(string text, long expected) =>
        Assert.Equal(expected, NeighbourStatistics.Entries(text));

    [Theory]
    [InlineData("")]
    [InlineData(Names)]
    [InlineData(Names + "some text\n")]
    [InlineData("allocs entries\n00000002 00000002\n")]
    public void Text_of_another_form_says_nothing(string text) => Assert.Null(NeighbourStatistics.Entries(text));

    [Fact]
    public void The_addresses_of_devices_add_up_and_the_latest_count_stands()
    {
        var prefixes = new DevicePrefixes();
        prefixes.Set(1, 256);
        prefixes.Set(2, 65_536);
        prefixes.Set(1, 512);
        Assert.Equal(512 + 65_536, prefixes.Sum);
        prefixes.Set(2, 0);
        Assert.Equal(512 + 1, prefixes.Sum);
    }

    [Fact]
    public void Devices_that_come_and_go_take_no_memory_for_ever()
    {
        var prefixes = new DevicePrefixes();
        for (uint device = 0; device < 100_000; device++)
        {
            prefixes.Set(device, ulong.MaxValue);
            Assert.InRange(prefixes.Sum, 1L << 36, 1024 * (1L << 36));
        }
    }
}
