using BpfTune.LibBpf;

namespace BpfTune.CommandLine;

/// <summary>What -S prints: two lines, in the words that scripts written for the C program look for.</summary>
internal static class SupportText
{
    /// <summary>The lines.</summary>
    /// <param name="critical">What keeps the suite from working at all, the root cause first.</param>
    /// <param name="features">What the kernel's BPF can do.</param>
    /// <param name="legacy">Whether legacy mode is asked for.</param>
    internal static IEnumerable<string> Lines(IReadOnlyList<string> critical, BpfFeatures? features, bool legacy)
    {
        if (critical is [var first, ..])
        {
            yield return $"bpftune is not supported: {first}";
            yield break;
        }

        // Fully: some kind of tracing that BTF types. Legacy: without.
        var typed = features is { Fentry.IsYes: true } or { TpBtf.IsYes: true };
        yield return typed && !legacy ? "bpftune works fully" : "bpftune works in legacy mode";
        yield return features is { NetnsCookie.IsYes: true }
            ? "bpftune supports per-netns policy (via netns cookie)"
            // The inode number of a namespace serves where there is no cookie.
            : "bpftune supports per-netns policy (via netns inode; this kernel has no netns cookie)";
    }
}
