namespace BpfTune.Sdk.Tests;

public sealed class BufferMemoryTests
{
    private const string Dma = """
        Node 0, zone      DMA
          per-node stats
              nr_inactive_anon 4711
              nr_throttled_written 0
          pages free     2816
                boost    0
                min      14
                low      17
                high     20
                spanned  4095
                present  3998
                managed  3840
        """;

    [Fact]
    public void ManagedAboveHighOfZoneNormalOverAllNodes()
    {
        var text = Dma + '\n' + Zone(0, "DMA32", 1000, 500_000) + Zone(0, "Normal", 9000, 2_000_000) + Zone(1, "Normal", 1000, 3_000_000)
            + Zone(1, "Movable", 5, 700_000) + Zone(1, "Device", 0, 0);
        Assert.Equal(2_000_000 - 9000 + 3_000_000 - 1000, BufferMemory.FreeBufferPages(text));
    }

    [Fact]
    public void Dma32WhereNormalIsEmpty()
    {
        var text = Dma + '\n' + Zone(0, "DMA32", 1000, 500_000) + Zone(0, "Normal", 0, 0);
        Assert.Equal(499_000, BufferMemory.FreeBufferPages(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense\nNode\nNode 0\n high x\n managed y\n")]
    public void NothingToGoBy(string text) => Assert.Equal(0, BufferMemory.FreeBufferPages(text));

    [Fact]
    public void AZoneBelowItsWatermarkCountsNothing() =>
        Assert.Equal(0, BufferMemory.FreeBufferPages(Zone(0, "Normal", 5000, 4000)));

    [Fact]
    public void PagesOfALargeMachineDoNotOverflow() =>
        Assert.Equal(3_000_000_000L - 1, BufferMemory.FreeBufferPages(Zone(0, "Normal", 1, 3_000_000_000)));

    [Fact]
    public void TheHighOfTheZoneBeforeIsNotTaken() => Assert.Equal(
        100, BufferMemory.FreeBufferPages(Zone(0, "DMA32", 90, 100) + "Node 0, zone   Normal\n        managed  100\n"));

    [Fact]
    public void ThisMachineHasSome() =>
        Assert.InRange(BufferMemory.FreeBufferPages(File.ReadAllText("/proc/zoneinfo")), 1000, long.MaxValue);

    // The lines per CPU that follow have a 'high:' of their own, with a colon.
    private static string Zone(int node, string name, long high, long managed) => $"""
        Node {node}, zone {name,8}
          pages free     12345
                boost    0
                min      1
                low      2
                high     {high}
                spanned  9999999
                present  9999999
                managed  {managed}
                cma      0
                protection: (0, 0, 0, 0, 0)
              nr_free_pages 12345
          pagesets
            cpu: 0
                      count:    7
                      high:     123456
                      batch:    63
          start_pfn:           4096

        """;
}
