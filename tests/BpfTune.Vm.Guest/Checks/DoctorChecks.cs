using System.Text.Json;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>What the doctor says of this kernel, and of one with something taken away.</summary>
internal static class DoctorChecks
{
    /// <summary>A tuner of the tests with a hook whose first mechanism is a function that no kernel has.</summary>
    internal const string SampleDirectory = "/usr/lib/bpftune-sample";

    internal static IEnumerable<Check> Run()
    {
        var plain = Tool.Run("bpftune", "doctor", "--json");
        using var report = JsonDocument.Parse(plain.Output);
        var tuners = report.RootElement.GetProperty("tuners").EnumerateArray().ToList();
        var states = tuners.Select(tuner => $"{Text(tuner, "name")} {Text(tuner, "state")}").ToList();
        var lost = tuners.SelectMany(tuner => tuner.GetProperty("hooks").EnumerateArray()).Count(hook => !hook.TryGetProperty("mechanism", out _));
        yield return new Check(
            "every_tuner_loads",
            plain.ExitCode == 0 && tuners.Count >= 7 && tuners.All(tuner => Text(tuner, "state") is "running" or "not_needed") && lost == 0,
            $"exit code {plain.ExitCode}; {string.Join(", ", states)}; {lost} hooks lost");

        var legacy = Tool.Run("bpftune", "doctor", "--json", "-L");
        using var old = JsonDocument.Parse(legacy.Output);
        var used = old.RootElement.GetProperty("tuners").EnumerateArray()
            .SelectMany(tuner => tuner.GetProperty("hooks").EnumerateArray())
            .Select(hook => hook.TryGetProperty("mechanism", out var mechanism) ? mechanism.GetString()! : "lost").ToList();
        yield return new Check(
            "legacy_mode_does_without_fentry_and_tp_btf",
            legacy.ExitCode == 0 && used.Count > 0 && used.Contains("kprobe") && !used.Any(mechanism => mechanism is "fentry" or "fexit" or "tp_btf" or "lost"),
            $"exit code {legacy.ExitCode}; {string.Join(", ", used.Order().GroupBy(mechanism => mechanism).Select(group => $"{group.Count()} {group.Key}"))}");
    }

    internal static Check MadeUpFunction()
    {
        var result = Tool.Run("bpftune", "doctor", "--json", "--libdir", SampleDirectory, "-a", "made_up");
        using var report = JsonDocument.Parse(result.Output);
        var hook = report.RootElement.GetProperty("tuners").EnumerateArray().Single().GetProperty("hooks").EnumerateArray().Single();
        var failures = hook.GetProperty("failures").EnumerateArray()
            .Select(failure => $"{Text(failure, "mechanism")} {Text(failure, "target")}: {Text(failure, "reason")}").ToList();
        return new Check(
            "made_up_function_costs_its_mechanism_alone",
            result.ExitCode == 0 && Text(hook, "mechanism") == "kprobe" && Text(hook, "target") == "tcp_init_sock"
                && failures is [var only] && only == "fentry tcp_function_that_nobody_wrote: kernel has no function tcp_function_that_nobody_wrote to trace",
            $"exit code {result.ExitCode}; uses {Text(hook, "mechanism")} {Text(hook, "target")}; {string.Join("; ", failures)}");
    }

    /// <summary>
    /// The kernel's BTF is out of sight, as on a kernel that was built without it: programs cannot be matched to the
    /// kernel's structures.
    /// </summary>
    internal static IEnumerable<Check> NoBtf()
    {
        const string hide = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
        foreach (var command in (string[][])[["bpftune", "doctor"], ["bpftune", "-s", "--runtime-dir", "/tmp/nobtf", "--state-dir", "/tmp/nobtf"]])
        {
            var result = Tool.Run("unshare", ["-m", "sh", "-c", hide, "sh", .. command]);
            var said = (result.Output + result.Error).Trim();
            var line = said.Split('\n').FirstOrDefault(text => text.Contains("CONFIG_DEBUG_INFO_BTF", StringComparison.Ordinal)) ?? said;
            yield return new Check(
                command[1] == "doctor" ? "doctor_without_btf" : "daemon_without_btf",
                result.ExitCode == 3 && line.Contains("CONFIG_DEBUG_INFO_BTF", StringComparison.Ordinal) && !said.Contains("Unhandled", StringComparison.Ordinal),
                $"exit code {result.ExitCode}: {line.Trim()}");
        }
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
