using System.Globalization;

namespace BpfTune.LibBpf;

/// <summary>Checks once that libbpf is there and new enough, and takes over its printing.</summary>
internal static class LibBpfRuntime
{
    private static volatile Version? s_version;
    private static int s_possibleCpus;

    internal static Version Version => s_version ?? Load();

    /// <summary>How many CPUs the kernel may ever see: the number of values that a per-CPU map holds for a key.</summary>
    internal static int PossibleCpus
    {
        get
        {
            if (s_possibleCpus == 0)
            {
                EnsureLoaded();
                var count = Interop.libbpf_num_possible_cpus();
                if (count <= 0)
                {
                    throw new InvalidOperationException(
                        $"Cannot read the number of possible CPUs: {Errno.Describe(count)}.");
                }

                s_possibleCpus = count;
            }

            return s_possibleCpus;
        }
    }

    internal static void EnsureLoaded() => _ = Version;

    private static Version Load()
    {
        Version version;
        try
        {
            version = new Version((int)Interop.libbpf_major_version(), (int)Interop.libbpf_minor_version());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new PlatformNotSupportedException(
                $"{Interop.LibBpf} cannot be loaded: install libbpf1 (Debian, Ubuntu) or libbpf (Fedora, Arch).", e);
        }

        if (version < LibBpfVersion.Minimum)
        {
            throw new PlatformNotSupportedException(string.Create(
                CultureInfo.InvariantCulture,
                $"libbpf {version} is too old: {LibBpfVersion.Minimum} or newer is needed."));
        }

        LibBpfLog.Install();
        return s_version = version;
    }
}
