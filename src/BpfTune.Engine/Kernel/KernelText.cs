using System.Collections.Immutable;
using BpfTune.LibBpf;

namespace BpfTune.Engine.Kernel;

/// <summary>What keeps the suite from working at all, in sentences.</summary>
internal static class KernelText
{
    internal static ImmutableArray<string> Critical(KernelCapabilities kernel)
    {
        // Without privilege every probe fails: that one line is the answer, the rest would be noise.
        if (kernel.Process.MissingRequired() is { Length: > 0 } missing)
            return [CapabilityText.Required(missing)];

        var sentences = ImmutableArray.CreateBuilder<string>();
        if (kernel.LibBpfProblem is { } library)
            sentences.Add(library);
        if (kernel.ProcSysProblem is { } readOnly)
            sentences.Add(readOnly);
        if (kernel.FilesProblem is { } files)
            sentences.Add(files);
        if (kernel.Features is { } features)
        {
            if (features.RingBuffer.IsNo)
                sentences.Add($"this kernel has no BPF ring buffer (Linux 5.8 or newer is needed): {features.RingBuffer.Reason}");
            if (features.VmlinuxBtf.IsNo)
                sentences.Add(NoBtf(features.VmlinuxBtf));
        }

        return sentences.ToImmutable();
    }

    internal static ImmutableArray<string> Limitations(KernelCapabilities kernel)
    {
        var sentences = ImmutableArray.CreateBuilder<string>();
        // More locked memory than the limit takes the capability; without a limit nobody asks for it.
        sentences.AddRange(kernel.Process.MissingUseful(kernel.Kernel.Version)
            .Where(c => c != Capability.SysResource || kernel.IsLockedMemoryLimited)
            .Select(CapabilityText.Lost));
        if (Lockdown(kernel.Lockdown) is { } lockdown)
            sentences.Add(lockdown);
        if (kernel.WhyFunctionsAreNotTraced() is { } notTraced)
            sentences.Add($"hooks do without {FunctionTracing.Kinds}: {notTraced}");
        return sentences.ToImmutable();
    }

    // Integrity keeps no program of the suite from loading; where one is refused all the same, its reason names it.
    private static string? Lockdown(string? level) => level == "confidentiality"
        ? "lockdown is confidentiality: BPF programs may not read the kernel's memory, and no function may be traced by kprobe; what is lost by that is said with each hook"
        : null;

    /// <summary>All the programs find the kernel's structures through it.</summary>
    internal static string NoBtf(ProbeResult btf) =>
        $"{btf.Reason}: the BPF programs need {KernelBtf.DefaultPath} (a kernel built with CONFIG_DEBUG_INFO_BTF=y)";
}
