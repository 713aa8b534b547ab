using BpfTune.Engine.Control;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>What an administrator may do to the machine while the daemon runs, or has done before.</summary>
internal static class MachineChecks
{
    private const double Patience = 60;
    private const string TracingSwitch = "/proc/sys/kernel/ftrace_enabled";
    private const string LockdownSwitch = "/sys/kernel/security/lockdown";

    internal static IEnumerable<Check> Run()
    {
        using (var daemon = new GuestDaemon([], "-a", "tcp_buffer"))
        {
            yield return TracingOff(daemon);
            yield return Clock(daemon);
        }

        yield return Capabilities();
    }

    /// <summary>With kernel.ftrace_enabled=0 no hook may count on a function, and with 1 it may again.</summary>
    private static Check TracingOff(GuestDaemon daemon)
    {
        var before = Kinds(daemon);
        File.WriteAllText(TracingSwitch, "0\n");
        try
        {
            var moved = GuestDaemon.Eventually(() => !Kinds(daemon).Any(IsFunction), Patience);
            var off = Kinds(daemon);
            var stimulated = Tool.Run("bpftune", "doctor", "-a", "tcp_buffer");
            File.WriteAllText(TracingSwitch, "1\n");
            var back = GuestDaemon.Eventually(() => Kinds(daemon).SequenceEqual(before), Patience);
            return new Check(
                "functions_that_are_not_traced_serve_no_hook",
                before.Any(IsFunction) && moved && back && stimulated.Output.Contains("kernel.ftrace_enabled is 0", StringComparison.Ordinal)
                    && daemon.Log.Contains("kernel.ftrace_enabled is 0 now", StringComparison.Ordinal),
                $"{string.Join(", ", before)}; switched off: {string.Join(", ", off)}; again: {string.Join(", ", Kinds(daemon))}");
        }
        finally
        {
            File.WriteAllText(TracingSwitch, "1\n");
        }
    }

    /// <summary>A board without a battery begins in 1970, and then learns the time.</summary>
    private static Check Clock(GuestDaemon daemon)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Tool.Run("date", "-s", "2031-01-01 00:00:00");
        try
        {
            var status = daemon.Status();
            return new Check(
                "a_clock_that_jumps_changes_no_duration",
                status.UptimeSeconds is > 0 and < 3600 && status.Started.Year is 2030 or 2031,
                FormattableString.Invariant($"running for {status.UptimeSeconds:0} s, since {status.Started:O}"));
        }
        finally
        {
            Tool.Run("date", "-s", $"@{now}");
        }
    }

    /// <summary>Nobody but the daemon itself has confined it here.</summary>
    private static Check Capabilities()
    {
        using var daemon = new GuestDaemon([], "-a", "udp_buffer");
        var wrong = Directory.GetDirectories($"/proc/{daemon.Process.ProcessId}/task")
            .SelectMany(task => File.ReadLines(task + "/status"))
            .Where(line => line.StartsWith("CapPrm", StringComparison.Ordinal) || line.StartsWith("CapBnd", StringComparison.Ordinal) || line.StartsWith("NoNewPrivs", StringComparison.Ordinal))
            .Select(line => line.Replace('\t', ' ')).Distinct().Order().ToList();
        return new Check(
            "the_daemon_confines_itself",
            wrong is ["CapBnd: 000000c000281000", "CapPrm: 000000c000281000", "NoNewPrivs: 1"],
            string.Join("; ", wrong));
    }

    /// <summary>It cannot be lowered again: the last part of a boot.</summary>
    internal static Check Lockdown()
    {
        Tool.Run("mount", "-t", "securityfs", "none", "/sys/kernel/security");
        if (!File.Exists(LockdownSwitch))
            return new Check("lockdown_is_named", false, "this kernel has no lockdown");
        var said = new List<string>();
        foreach (var level in (string[])["integrity", "confidentiality"])
        {
            File.WriteAllText(LockdownSwitch, level);
            var doctor = Tool.Run("bpftune", "doctor");
            var lost = doctor.Output.Split('\n').Where(line => line.Contains("lockdown", StringComparison.Ordinal)).Select(line => line.Trim()).Distinct().Take(4);
            said.Add($"{level} (exit code {doctor.ExitCode}): {string.Join(" | ", lost)}");
            if (!doctor.Output.Contains($"lockdown      {level}", StringComparison.Ordinal) || doctor.Output.Contains("   at ", StringComparison.Ordinal)
                || (level == "confidentiality" && !doctor.Output.Contains("lockdown is confidentiality", StringComparison.Ordinal)))
            {
                return new Check("lockdown_is_named", false, string.Join("; ", said) + "\n" + doctor.Output + doctor.Error);
            }
        }

        return new Check("lockdown_is_named", true, string.Join("; ", said));
    }

    private static List<MechanismKindName> Kinds(GuestDaemon daemon) =>
        [.. daemon.Tuner("tcp_buffer").Hooks.Select(hook => new MechanismKindName(hook.Name, hook.Mechanism ?? "lost"))];

    private static bool IsFunction(MechanismKindName hook) => hook.Kind is "fentry" or "fexit" or "kprobe" or "kretprobe";

    private readonly record struct MechanismKindName(string Hook, string Kind)
    {
        public override string ToString() => $"{Hook} {Kind}";
    }
}
