using System.Diagnostics;
using System.Globalization;

namespace BpfTune.Lab;

/// <summary>
/// Shows a stranger in under a minute what the daemon does: a long fat pipe with too small buffers, slow; the daemon
/// raises them, fast; the daemon stops, every value is what it was.
/// </summary>
public sealed class Demonstration
{
    private static readonly string[] s_shownSysctls = ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

    private readonly DemoOptions _options;
    private readonly TextWriter _output;

    /// <summary>Prepares one.</summary>
    public Demonstration(DemoOptions options, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        _options = options;
        _output = TextWriter.Synchronized(output);
    }

    /// <summary>Runs it.</summary>
    /// <returns>Whether all was as promised: the daemon raised the buffers, and every value is restored.</returns>
    /// <exception cref="LabException">It could not be shown at all; one line says why.</exception>
    public bool Run()
    {
        long start = Stopwatch.GetTimestamp();
        if (!File.Exists(_options.Daemon))
        {
            throw new LabException($"there is no daemon at {_options.Daemon}");
        }

        using LabSite site = LabSite.Create(_options.Pipe);
        TimeSpan roundTrip = _options.Pipe.Delay * 2;
        _output.WriteLine("BpfTune, a demonstration");
        _output.WriteLine($"  Two network namespaces, 'sender' and 'receiver', joined by a long pipe: {site.Pipe.Description}.");
        site.Apply(_options.LowSettings);
        SysctlSnapshot[] before = Snapshots(site);

        Heading("1. Buffers too small, nobody tunes");
        ShowValues(site);
        TcpResult slow = site.Transfer(Traffic(_options.SlowTime));
        ShowResult("one connection", slow);

        Heading("2. The daemon starts: " + CommandLine);
        var echo = new DaemonEcho(_output, site.Readable);
        using Daemon daemon = Daemon.Start(new DaemonOptions { Path = _options.Daemon, Arguments = Arguments, OnLine = echo.Show });
        TimeSpan ready = daemon.WaitReady(_options.Patience);
        echo.EndPart();
        Say(string.Create(CultureInfo.InvariantCulture, $"ready after {ready.TotalSeconds:0.00} s"));

        Heading("3. The first connection: its window scale is fixed at its first packet, whatever is raised later");
        TcpResult first = Observe(site, daemon, echo);
        Say(string.Create(CultureInfo.InvariantCulture, $"{first.SteadyMbit:N0} Mbit/s in its second half; window scale {first.WindowScale} bounds it to {TcpInfo.WindowBoundMbit(first.WindowScale, roundTrip):N0} Mbit/s at this round trip"));

        Heading("4. The second connection: it starts with the raised values");
        TcpResult second = Observe(site, daemon, echo);
        Say(string.Create(CultureInfo.InvariantCulture, $"{second.SteadyMbit:N0} Mbit/s in its second half, window scale {second.WindowScale}"));
        SysctlSnapshot[] tuned = Snapshots(site);

        Heading("5. The daemon stops (SIGTERM) and rolls back");
        DaemonExit exit = daemon.Stop(_options.Patience);
        echo.EndPart();
        Say(string.Create(CultureInfo.InvariantCulture, $"stopped in {exit.StopTime.TotalSeconds:0.00} s with exit code {exit.ExitCode}; it had used {exit.Usage?.CpuSeconds ?? 0:0.00} s of CPU"));
        bool good = Verify(before, tuned, Snapshots(site));
        if (exit.ExitCode != 0)
        {
            Say($"NOT AS PROMISED: the daemon's exit code is {exit.ExitCode}, not 0");
            good = false;
        }

        Heading("6. For comparison: generous fixed buffers, no daemon");
        site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        TcpResult generous = site.Transfer(Traffic(_options.ConnectionTime));
        ShowResult("one connection", generous);

        Summary(slow, first, second, generous);
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(good ? "Every value is restored" : "FAILED, see above")}; {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s in all."));
        return good;
    }

    private IReadOnlyList<string> Arguments => _options.LibDir is { } directory ? ["-s", "-R", "--libdir", directory] : ["-s", "-R"];

    private string CommandLine => string.Join(' ', ["bpftune", .. Arguments]);

    private TcpOptions Traffic(TimeSpan duration) => new() { Duration = duration, Congestion = _options.Congestion };

    private TcpResult Observe(LabSite site, Daemon daemon, DaemonEcho echo)
    {
        using TcpTransfer transfer = TcpTransfer.Start(site.Sender, site.Receiver, Traffic(_options.ConnectionTime));
        ShowProgress(site, daemon, transfer);
        TcpResult result = transfer.Wait();
        echo.EndPart();
        if (daemon.HasExited)
        {
            throw new LabException($"the daemon ended with exit code {daemon.ExitCode} while traffic ran");
        }

        return result;
    }

    /// <summary>A line each second: the daemon logs its first raise and folds those that follow, here each is seen.</summary>
    private void ShowProgress(LabSite site, Daemon daemon, TcpTransfer transfer)
    {
        long start = Stopwatch.GetTimestamp();
        long bytes = 0;
        for (int second = 1; second <= (int)_options.ConnectionTime.TotalSeconds; second++)
        {
            TimeSpan wait = TimeSpan.FromSeconds(second) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                Thread.Sleep(wait);
            }

            long now = transfer.BytesSoFar;
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"   {daemon.Age.TotalSeconds,6:0.00} s   {(now - bytes) * 8 / 1e6,6:N0} Mbit/s in second {second}; tcp_wmem max of sender {Maximum(site.Sender, "net.ipv4.tcp_wmem"),11:N0}, tcp_rmem max of receiver {Maximum(site.Receiver, "net.ipv4.tcp_rmem"),11:N0}"));
            bytes = now;
        }
    }

    private static long Maximum(LabNamespace place, string name) =>
        long.Parse(place.ReadSysctl(name).Split(' ')[2], CultureInfo.InvariantCulture);

    private static SysctlSnapshot[] Snapshots(LabSite site) =>
        [SysctlSnapshot.Capture(), SysctlSnapshot.Capture(site.Sender), SysctlSnapshot.Capture(site.Receiver)];

    /// <summary>Prints each value that was changed, and whether it is back; then any other that is not what it was.</summary>
    private bool Verify(SysctlSnapshot[] before, SysctlSnapshot[] tuned, SysctlSnapshot[] after)
    {
        string[] places = ["global", "sender", "receiver"];
        bool good = true;
        var table = new TextTable("sysctl", "namespace", "before", "tuned", "now", "");
        for (int i = 0; i < places.Length; i++)
        {
            IReadOnlyList<SysctlDifference> changed = before[i].DifferencesTo(tuned[i]);
            IReadOnlyList<SysctlDifference> left = before[i].DifferencesTo(after[i]);
            foreach (string name in changed.Concat(left).Select(difference => difference.Name).Distinct().Order())
            {
                bool restored = left.All(difference => difference.Name != name);
                good &= restored;
                table.Add(name, places[i], before[i][name] ?? "-", tuned[i][name] ?? "-", after[i][name] ?? "-", restored ? "restored" : "NOT RESTORED");
            }

            if (i > 0 && !changed.Any(difference => s_shownSysctls.Contains(difference.Name)))
            {
                Say($"NOT AS PROMISED: neither tcp_rmem nor tcp_wmem was raised in '{places[i]}'");
                good = false;
            }
        }

        _output.Write(table);
        Say($"compared: {before.Sum(snapshot => snapshot.Count):N0} sysctls under net. in three namespaces");
        return good;
    }

    private void Summary(TcpResult slow, TcpResult first, TcpResult second, TcpResult generous)
    {
        Heading("Result (second half of each connection)");
        var table = new TextTable("", "Mbit/s", "to untuned", "to generous");
        foreach ((string name, TcpResult result) in ((string, TcpResult)[])[
            ("too small, untuned", slow), ("BpfTune, first connection", first), ("BpfTune, second connection", second), ("generous fixed maxima", generous)])
        {
            table.Add(
                name,
                result.SteadyMbit.ToString("N0", CultureInfo.InvariantCulture),
                (result.SteadyMbit / slow.SteadyMbit).ToString("0.0 'x'", CultureInfo.InvariantCulture),
                (result.SteadyMbit / generous.SteadyMbit).ToString("P0", CultureInfo.InvariantCulture));
        }

        _output.Write(table);
        if (NoteAbout(generous.SteadyMbit, first.SteadyMbit, second.SteadyMbit) is { } note)
        {
            _output.WriteLine(note);
        }

        _output.WriteLine();
    }

    /// <summary>A word on a connection that was faster than the one that all are compared with; null if none was, as percentages show it.</summary>
    internal static string? NoteAbout(double generous, params ReadOnlySpan<double> others)
    {
        foreach (double other in others)
        {
            if (Math.Round(other / generous, 2, MidpointRounding.AwayFromZero) > 1)
            {
                return "  More than 100 % is no gain over generous maxima: each number is one connection's, and whatever else this machine"
                    + Environment.NewLine + "  did while the last one ran slowed that one. Where nothing else runs they come out alike.";
            }
        }

        return null;
    }

    private void ShowValues(LabSite site)
    {
        foreach (LabNamespace place in (LabNamespace[])[site.Sender, site.Receiver])
        {
            Say($"{place.Role,-8}  " + string.Join("   ", s_shownSysctls.Select(name => $"{name} = {place.ReadSysctl(name)}")));
        }
    }

    private void ShowResult(string name, TcpResult result) => Say(string.Create(CultureInfo.InvariantCulture,
        $"{name}: {result.SteadyMbit:N0} Mbit/s   (each second: {string.Join(' ', result.Total.PerSecond.Select(rate => rate.ToString("0", CultureInfo.InvariantCulture)))})"));

    private void Heading(string text)
    {
        _output.WriteLine();
        _output.WriteLine(text);
    }

    private void Say(string text) => _output.WriteLine("   " + text);
}
