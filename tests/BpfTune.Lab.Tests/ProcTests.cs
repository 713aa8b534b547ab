namespace BpfTune.Lab.Tests;

public sealed class ProcTests
{
    [Fact]
    public void Stat_is_read_whatever_the_command_is_called()
    {
        const string text = "4242 (a ) S 7 (b) R 17 4242 4242 0 -1 4194304 9 0 0 0 250 50 0 0 20 0 3 0 987654 10 20 18446744073709551615 0\n";

        ProcStat stat = ProcStat.Parse(text);

        Assert.Equal(new ProcStat('R', 17, 250, 50, 987654), stat);
        Assert.Equal(3.0, stat.CpuSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("4242 (bpftune) S 1 2 3")]
    public void A_line_that_is_no_stat_is_refused(string text) => Assert.Throws<FormatException>(() => ProcStat.Parse(text));

    [Fact]
    public void Usage_of_this_process_is_plausible()
    {
        ProcessUsage usage = Assert.IsType<ProcessUsage>(ProcessUsage.TryRead(Environment.ProcessId));

        Assert.InRange(usage.ProportionalBytes, 1, usage.ResidentBytes);
        Assert.InRange(usage.PrivateDirtyBytes, 1, usage.ProportionalBytes);
        Assert.True(usage.Threads >= 1 && usage.Descriptors >= 3);
    }

    [Fact]
    public void Usage_of_no_process_is_null() => Assert.Null(ProcessUsage.TryRead(int.MaxValue));

    [Fact]
    public void A_key_of_smaps_is_matched_whole()
    {
        const string smaps = "Rss:                5000 kB\nPss:                1234 kB\nPss_Dirty:           77 kB\n";

        Assert.Equal(1234, ProcessUsage.Kilobytes(smaps, "Pss"));
        Assert.Equal(77, ProcessUsage.Kilobytes(smaps, "Pss_Dirty"));
        Assert.Throws<FormatException>(() => ProcessUsage.Kilobytes(smaps, "Swap"));
    }

    [Theory]
    [InlineData("4096\t131072\t33554432\n", "4096 131072 33554432")]
    [InlineData("  1 \n", "1")]
    [InlineData("\n", "")]
    public void Sysctls_are_compared_in_one_form(string raw, string normal) => Assert.Equal(normal, Sysctl.Normalize(raw));
}
