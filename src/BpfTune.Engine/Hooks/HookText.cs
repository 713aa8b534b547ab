using BpfTune.Engine.Control;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Hooks;

/// <summary>What became of hooks and programs, in sentences.</summary>
public static class HookText
{
    /// <summary>
    /// One line for a hook that is lost: 'send_buffer: the maximum of tcp_wmem is not raised (fentry x: …; kprobe x: …)'.
    /// </summary>
    public static string Lost(HookStatus status) =>
        $"{status.Hook.Name}: {status.Hook.WhenLost} ({string.Join("; ", status.Failures.Select(Attempt))})";

    /// <summary>One mechanism that failed: 'kprobe fib6_age: kernel has no function fib6_age to trace'.</summary>
    public static string Attempt(MechanismFailure failure) =>
        $"{MechanismNames.Of(failure.Mechanism.Kind)} {failure.Mechanism.Target}: {failure.Reason}";

    /// <summary>A reason without the program, which is named beside it; with the verifier's word when it had one.</summary>
    internal static string Reason(BpfException e)
    {
        var reason = e.Reason.Length > 0 ? e.Reason : e.Message;
        return e.LastVerifierLine is { } line ? $"{reason}: {line}" : reason;
    }

    /// <summary>What a kernel lacks, with which kernels have it if the tuner knows that.</summary>
    internal static string? Absent(string? reason, string? kernels) => reason is null || kernels is null ? reason : $"{reason} ({kernels})";

    internal const string NoCgroup = "there is no cgroup2 hierarchy to attach to";
}
