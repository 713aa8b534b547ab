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
        if (kernel.Features is { } features)
        {
            if (features.RingBuffer.IsNo)
                sentences.Add($"this kernel has no BPF ring buffer (Linux 5.8 or newer is needed): {features.RingBuffer.Reason}");
            if (features.VmlinuxBtf.IsNo)
                sentences.Add(NoBtf(features.VmlinuxBtf));
        }

        return sentences.ToImmutable();
    }

    /// <summary>All the programs find the kernel's structures through it.</summary>
    internal static string NoBtf(ProbeResult btf) =>
        $"{btf.Reason}: the BPF programs need {KernelBtf.DefaultPath} (a kernel built with CONFIG_DEBUG_INFO_BTF=y)";
}
