namespace BpfTune.Packages.Tests.Machines;

/// <summary>The service as systemd knows it.</summary>
internal static class Service
{
    /// <summary>Its first process; 0 if it does not run.</summary>
    public static async Task<int> ProcessIdAsync(Machine machine) => int.Parse(await PropertyAsync(machine, "MainPID"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What systemd says of it.</summary>
    public static async Task<string> PropertyAsync(Machine machine, string name) =>
        (await machine.RunAsync("systemctl", "show", "--value", "-p", name, "bpftune")).Trim();

    /// <summary>Starts it; systemctl returns when it is ready.</summary>
    public static async Task StartAsync(Machine machine)
    {
        var result = await machine.TryAsync("systemctl", "start", "bpftune");
        Assert.True(result.ExitCode == 0, $"{machine.Distribution}: {result.Stderr}{await JournalAsync(machine)}");
    }

    /// <summary>All that it said to the journal.</summary>
    public static Task<string> JournalAsync(Machine machine) => machine.RunAsync("journalctl", "--no-pager", "-o", "cat", "_SYSTEMD_UNIT=bpftune.service");

    /// <summary>Fails if it said anything graver than 'info', or nothing at all.</summary>
    /// <param name="machine">Where.</param>
    /// <param name="lostItsTuners">Whether they were removed while it ran, of which it rightly warns.</param>
    public static async Task AssertJournalIsCleanAsync(Machine machine, bool lostItsTuners = false)
    {
        Assert.Contains("tuners running", await JournalAsync(machine), StringComparison.Ordinal);
        var grave = await machine.LinesAsync("journalctl", "--no-pager", "-q", "-o", "cat", "-p", "emerg..notice", "_SYSTEMD_UNIT=bpftune.service");
        Assert.DoesNotContain(grave, line => !lostItsTuners || !line.Contains("No tuner is running", StringComparison.Ordinal));
    }
}
