using System.Net;
using System.Text.Json;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>Modes, limits and advice, with a UDP buffer that overflows.</summary>
public sealed class AdviceTests(ITestOutputHelper output)
{
    private const string Default = "net.core.rmem_default";

    /// <summary>What was there, and a step of the default learning rate from it.</summary>
    private const string Small = "16384";

    /// <inheritdoc cref="Small"/>
    private const string Next = "20480";

    [Fact]
    public void In_mode_advise_nothing_moves_until_the_advice_is_applied()
    {
        Suite.Require();
        using var small = SysctlOverride.Set(Default, Small);
        using var place = LabNamespace.Create("udp");
        using var daemon = TestDaemon.WithSettings("mode = advise\n", "-a", "udp_buffer");
        var id = Advised(daemon, place);

        Assert.Equal(Small, Sysctl.Read(Default));
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
        Assert.Contains($"mode advise ({daemon.SettingsFile}:1)", daemon.Ask("status"), StringComparison.Ordinal);
        Assert.Contains($"  mode advise ({daemon.SettingsFile}:1)", daemon.Ask("tunables"), StringComparison.Ordinal);
        var line = $"advice {id}: {Default} could be raised from {Small} to {Next} in the global namespace";
        Assert.Single(daemon.Process.Lines, l => l.Text.Contains(line, StringComparison.Ordinal));

        output.WriteLine(daemon.Ask("advice"));
        output.WriteLine(daemon.Ask("apply", id));
        Assert.Equal(Next, Sysctl.Read(Default));
        Assert.Single(daemon.AskJson("changes").EnumerateArray());
        var again = daemon.TryAsk("apply", id);
        Assert.Equal((1, $"bpftune: there is no advice '{id}'; 'bpftune advice' lists what there is\n"), (again.ExitCode, again.Error));

        output.WriteLine(daemon.Ask("rollback"));
        Assert.Equal(Small, Sysctl.Read(Default));
    }

    [Fact]
    public void What_is_ignored_stays_so_and_other_rules_are_read_while_it_runs()
    {
        Suite.Require();
        using var small = SysctlOverride.Set(Default, Small);
        using var place = LabNamespace.Create("udp");
        using var daemon = TestDaemon.WithSettings("mode = advise\n", "-R", "-a", "udp_buffer");
        var id = Advised(daemon, place);
        daemon.Ask("ignore", id);
        Assert.DoesNotContain(id, daemon.Ask("advice"), StringComparison.Ordinal);
        daemon.Process.Stop(TestDaemon.Patience);
        daemon.StartAgain();
        Assert.Contains($"{id}  udp_buffer: {Default} in the global namespace (ignored)", daemon.Ask("advice", "--all"), StringComparison.Ordinal);

        daemon.Configure("mode = perhaps\n");
        daemon.ReadAgain();
        daemon.Process.WaitForLine(t => t.Contains(":1: mode is tune, advise or off, not 'perhaps'; modes and limits stay as they were", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Contains("mode advise", daemon.Ask("status"), StringComparison.Ordinal);

        daemon.Configure("[tunable net.core.*]\nmax = 20K\n[tunable net.ipv4.tcp_rmen]\nmode = off\n");
        daemon.ReadAgain();
        daemon.Process.WaitForLine(t => t.Contains("modes and limits are read again; the mode is tune", StringComparison.Ordinal), TestDaemon.Patience);
        daemon.Process.WaitForLine(t => t.Contains(":4 is about 'net.ipv4.tcp_rmen', which is nothing that a running tuner manages", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Contains($"  max 20480 ({daemon.SettingsFile}:2)", daemon.Ask("tunables"), StringComparison.Ordinal);
        daemon.WaitUntil(
            () =>
            {
                Overflow(place);
                return Sysctl.Read(Default) != Small;
            },
            "it is tuned");
        for (var burst = 0; burst < 10; burst++)
            Overflow(place);
        Assert.Equal(Next, Sysctl.Read(Default));
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal(Small, Sysctl.Read(Default));
    }

    /// <summary>Has a buffer overflow until there is advice about it, and returns the advice's id.</summary>
    private static string Advised(TestDaemon daemon, LabNamespace place)
    {
        JsonElement[] advice = [];
        daemon.WaitUntil(
            () =>
            {
                Overflow(place);
                advice = [.. daemon.AskJson("advice").EnumerateArray().Where(a => a.GetProperty("tunable").GetString() == Default)];
                return advice.Length > 0;
            },
            "advice is given");
        var only = Assert.Single(advice);
        Assert.Equal((Small, Next), (only.GetProperty("value").GetString(), only.GetProperty("advised").GetString()));
        return only.GetProperty("id").GetString()!;
    }

    /// <summary>Two hundred datagrams to a new socket that is read when all have come.</summary>
    private static void Overflow(LabNamespace place) => UdpStream.Run(place, place, new UdpOptions
    {
        Duration = TimeSpan.FromMilliseconds(200), Rate = 1000, Reads = false, Receiver = IPAddress.Loopback,
    });
}
