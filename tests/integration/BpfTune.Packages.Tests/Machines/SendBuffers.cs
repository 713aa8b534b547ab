namespace BpfTune.Packages.Tests.Machines;

/// <summary>A setting that the daemon tunes within seconds: the maximum of TCP's send buffers, under traffic over loopback.</summary>
internal static class SendBuffers
{
    /// <summary>What it is at first: far too small.</summary>
    public const string First = "4096 16384 16384";

    private const string Setting = "/proc/sys/net/ipv4/tcp_wmem";

    /// <summary>Sets it before the service starts, starts that, and sends until it is raised.</summary>
    /// <returns>What it came to.</returns>
    public static async Task<string> TuneAsync(Machine machine)
    {
        await machine.ShellAsync($"echo {First} >{Setting}");
        await Service.StartAsync(machine);
        await machine.UntilAsync(
            async () =>
            {
                await machine.ShellAsync("iperf3 -s -D -1 -B 127.0.0.1; for i in 1 2 3 4 5 6 7 8; do iperf3 -c 127.0.0.1 -t 1 >/tmp/iperf.log 2>&1 && exit; sleep 0.2; done; cat /tmp/iperf.log >&2; exit 1");
                return await ReadAsync(machine) != First;
            },
            "tcp_wmem is raised");

        // The last of it is applied when nothing is sent any more.
        await Task.Delay(500, TestContext.Current.CancellationToken);
        return await ReadAsync(machine);
    }

    /// <summary>What it is now.</summary>
    public static async Task<string> ReadAsync(Machine machine) => string.Join(' ', (await machine.RunAsync("cat", Setting)).Split('\t', '\n')).Trim();
}
