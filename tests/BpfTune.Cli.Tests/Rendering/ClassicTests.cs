using System.Diagnostics;
using System.Text.Json;
using BpfTune.Engine.Control;
using BpfTune.Rendering;

namespace BpfTune.Cli.Tests.Rendering;

/// <summary>What is printed in the C program's shape, for programs that read it.</summary>
public sealed class ClassicTests
{
    private readonly StringWriter _output = new();

    [Fact]
    public void A_value_is_a_number_a_list_of_numbers_or_a_string_by_tuner_and_tunable() => Assert.Equal(
        """{"tcp_buffer":{"net.ipv4.tcp_rmem":[4096,131072,6291456],"net.ipv4.tcp_syncookies":1},"tcp_conn":{"net.ipv4.tcp_congestion_control":"cubic"}}""",
        Compact(ClassicJson.Values(
        [
            Tunable("tcp_buffer", "net.ipv4.tcp_rmem", "bytes", "4096 131072 6291456"),
            Tunable("tcp_conn", "net.ipv4.tcp_congestion_control", "text", "cubic"),
            Tunable("tcp_buffer", "net.ipv4.tcp_syncookies", "switch", "1"),
        ])));

    [Fact]
    public void The_kind_of_a_tunable_is_that_of_its_value() => Assert.Equal(
        """{"tcp_buffer":{"net.ipv4.tcp_rmem":{"type":"integer","num_values":3}},"net_buffer":{"net.core.flow_limit_cpu_bitmap":{"type":"string","num_values":1}}}""",
        Compact(ClassicJson.Kinds(
        [
            Tunable("tcp_buffer", "net.ipv4.tcp_rmem", "bytes", "4096 131072 6291456"),
            Tunable("net_buffer", "net.core.flow_limit_cpu_bitmap", "text", "00000003"),
        ])));

    [Fact]
    public void What_has_no_value_in_the_global_namespace_is_left_out()
    {
        var elsewhere = Tunable("route_table", "net.ipv6.route.max_size", "count", "7");

        Assert.Equal(
            """{"route_table":{}}""",
            Compact(ClassicJson.Values(
            [
                elsewhere with { Values = [] },
                elsewhere with { Values = [new TunableValueReport("global", null, null, 0)] },
                elsewhere with { Values = [new TunableValueReport("blue", "7", "6", 1)] },
            ])));
        Assert.Equal("{}", Compact(ClassicJson.Values([])));
    }

    [Fact]
    public void A_rollback_is_a_script_in_which_all_else_is_comment()
    {
        RollbackScriptText.Write(_output,
        [
            Entry("net.ipv4.tcp_rmem", "global", "4096 131072 6291456", "would_restore"),
            Entry("net.core.rmem_max", "global", "212992", "would_restore"),
            Entry("net.ipv4.tcp_wmem", "blue", "4096 16384 4194304", "would_restore"),
            Entry("net.ipv4.tcp_mem", "global", "1 2 3", "left"),
            Entry("net.ipv4.tcp_mem", "inode 4026532000", "1 2 3", "gone"),
        ]);

        Assert.Equal(
            """
            sysctl -w net.ipv4.tcp_rmem="4096 131072 6291456"
            sysctl -w net.core.rmem_max=212992
            # in namespace blue: sysctl -w net.ipv4.tcp_wmem="4096 16384 4194304"
            # about net.ipv4.tcp_mem
            # about net.ipv4.tcp_mem

            """,
            _output.ToString());
    }

    [Fact]
    public void A_rollback_of_nothing_is_a_comment()
    {
        RollbackScriptText.Write(_output, []);

        Assert.Equal("# there is nothing to put back\n", _output.ToString());
    }

    // A journal that others can write must not get root to run what is in it.
    [Theory]
    [InlineData("net.core.rmem_max", "1; touch OWNED")]
    [InlineData("net.core.rmem_max", "$(touch OWNED)")]
    [InlineData("net.core.rmem_max", "`touch OWNED`")]
    [InlineData("net.core.rmem_max", "1\ntouch OWNED")]
    [InlineData("net.core.rmem_max", "1\" ; touch OWNED ; \"")]
    [InlineData("net.core.rmem_max", "1\n")]
    [InlineData("net.core.rmem_max; touch OWNED;", "1")]
    [InlineData("net.core.rmem_max\ntouch OWNED\n", "1")]
    [InlineData("--help", "1")]
    public void Nothing_but_a_setting_gets_into_a_command(string tunable, string value)
    {
        RollbackScriptText.Write(_output, [Entry(tunable, "global", value, "would_restore") with { Text = $"{tunable}: {value}" }]);

        var line = Assert.Single(_output.ToString().TrimEnd('\n').Split('\n'));
        Assert.StartsWith("# ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shell_takes_the_script()
    {
        RollbackScriptText.Write(_output,
        [
            Entry("net.ipv4.tcp_rmem", "global", "4096 131072 6291456", "would_restore"),
            Entry("net.ipv4.tcp_wmem", "x\ntouch OWNED", "4096 16384 4194304", "would_restore"),
            Entry("net.ipv4.tcp_mem", "global", "1 2 3", "failed") with { Text = "it is\nnot so; $(touch OWNED)" },
        ]);

        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sysctl() { printf '%s|' \"$@\"; }; . /dev/stdin"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        shell.StandardInput.Write(_output.ToString());
        shell.StandardInput.Close();
        Assert.Equal("-w|net.ipv4.tcp_rmem=4096 131072 6291456|", shell.StandardOutput.ReadToEnd());
        Assert.Equal("", shell.StandardError.ReadToEnd());
        shell.WaitForExit();
    }

    private static TunableReport Tunable(string tuner, string name, string unit, string value) =>
        new(tuner, name, "namespace", unit, "", [], [new TunableValueReport("global", value, null, 0), new TunableValueReport("blue", "99", "98", 1)]);

    private static RollbackReport Entry(string tunable, string where, string to, string outcome) =>
        new(tunable, where, "0", to, outcome, $"about {tunable}");

    private static string Compact(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement);
    }
}
