using BpfTune.Lab.Verbs;

namespace BpfTune.Lab.Tests;

public sealed class FormatTests
{
    [Fact]
    public void Iperf3_results_are_read()
    {
        const string json = """
            {"start": {}, "intervals": [
              {"sum": {"bits_per_second": 10e6}}, {"sum": {"bits_per_second": 40e6}}, {"sum": {"bits_per_second": 60e6}}],
             "end": {"sum_sent": {"retransmits": 5}, "sum_received": {"bytes": 13750000, "seconds": 3.02, "bits_per_second": 36.4e6}}}
            """;

        Iperf3Result result = Iperf3Result.Parse(json);

        Assert.Equal(13750000, result.Bytes);
        Assert.Equal(36.4, result.Mbit, 6);
        Assert.Equal([10, 40, 60], result.PerSecond);
        Assert.Equal(50, result.SteadyMbit, 6);
        Assert.Equal(5, result.Retransmits);
    }

    [Theory]
    [InlineData("""{"error": "unable to connect to server"}""", "unable to connect to server")]
    [InlineData("""{"end": {}}""", "not the JSON")]
    [InlineData("iperf3: parameter error", "not the JSON")]
    public void An_iperf3_that_failed_says_why(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<LabException>(() => Iperf3Result.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Iperf3_is_told_what_was_asked_for()
    {
        var options = new TcpOptions { Duration = TimeSpan.FromSeconds(2.5), Connections = 4, IPv6 = true, Congestion = "bbr", SendBuffer = 9000, ReceiveBuffer = 9000 };

        Assert.Equal(
            ["-J", "-c", PipeAddresses.B6.ToString(), "-p", "5201", "-t", "3", "-P", "4", "-C", "bbr", "-w", "9000"],
            Iperf3.ClientArguments(options, 5201));
        Assert.Throws<LabException>(() => Iperf3.ClientArguments(options with { SendBuffer = null }, 5201));
    }

    [Fact]
    public void Only_our_programs_are_counted()
    {
        const string json = """
            [{"id": 1, "type": "tracing", "name": "bpftune_rcv_space", "run_time_ns": 1000, "run_cnt": 10, "bytes_memlock": 4096},
             {"id": 2, "type": "sock_ops", "name": "bpftune_sockops", "bytes_memlock": 8192},
             {"id": 3, "type": "cgroup_device", "bytes_memlock": 4096},
             {"id": 4, "type": "tracing", "name": "other", "run_time_ns": 7, "run_cnt": 7, "bytes_memlock": 4096}]
            """;

        BpfUsage usage = BpfUsage.Parse(json);

        Assert.Equal(new BpfUsage(2, 1000, 10, 12288), usage);
        Assert.Equal(new BpfUsage(2, 400, 6, 12288), usage.Since(new BpfUsage(2, 600, 4, 12288)));
    }

    [Fact]
    public void Tcp_info_is_read_at_its_offsets()
    {
        var raw = new byte[240];
        raw[5] = 4;
        raw[6] = 0xb7;
        BitConverter.TryWriteBytes(raw.AsSpan(16), 1448u);
        BitConverter.TryWriteBytes(raw.AsSpan(68), 50400u);
        BitConverter.TryWriteBytes(raw.AsSpan(80), 10u);
        BitConverter.TryWriteBytes(raw.AsSpan(100), 3u);
        BitConverter.TryWriteBytes(raw.AsSpan(120), 5_000_000_000ul);
        BitConverter.TryWriteBytes(raw.AsSpan(136), 99u);
        BitConverter.TryWriteBytes(raw.AsSpan(148), 50100u);

        Assert.Equal(new TcpInfo(7, 11, 50400, 50100, 10, 3, 5_000_000_000, 99, 1448), TcpInfo.Parse(raw));
        raw[5] = 0;
        Assert.Equal((0, 0), (TcpInfo.Parse(raw).SendScale, TcpInfo.Parse(raw).ReceiveScale));
        Assert.Throws<LabException>(() => TcpInfo.Parse(raw.AsSpan(0, 104)));
    }

    [Theory]
    [InlineData(1998, 1342, 1998, false)]
    [InlineData(1998, 1342, 2004, false)]
    [InlineData(923, 1342, 1503, true)]
    [InlineData(923, 700, 1503, true)]
    public void A_share_above_all_is_explained(double generous, double first, double second, bool explained) =>
        Assert.Equal(explained, Demonstration.NoteAbout(generous, first, second)?.Contains("More than 100 %", StringComparison.Ordinal) == true);

    [Fact]
    public void Columns_of_a_table_are_flush()
    {
        var table = new TextTable("name", "Mbit/s");
        table.Add("first connection", "7");
        table.Add("x", "1,234");

        Assert.Equal(
            "  name              Mbit/s\n  ------------------------\n  first connection       7\n  x                  1,234\n",
            table.ToString());
        Assert.Throws<ArgumentException>(() => table.Add("too few"));
    }

    [Fact]
    public void Losses_are_percentages()
    {
        Assert.Equal([0, 0.01, 0.001], BenchVerb.ParseLosses("0,1,0.1"));
        Assert.Throws<LabException>(() => BenchVerb.ParseLosses("0,one"));
    }
}
