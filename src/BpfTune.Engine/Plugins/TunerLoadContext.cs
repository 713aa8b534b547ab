using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// The load context of one tuner's one load. Not collectible: a collectible one ignores precompiled code, and unloading
/// would return half a megabyte at the most. A tuner that was replaced stays in memory, unused, until the daemon ends.
/// </summary>
internal sealed class TunerLoadContext(string name) : AssemblyLoadContext(name, isCollectible: false)
{
    private const string OwnPrefix = "BpfTune";

    // All these numbers are past what the daemon uses otherwise; each is used once in the life of the process.
    private static int s_nextDescriptor = 512;

    /// <summary>
    /// Loads an assembly from a sealed copy in memory. From a file there it is used precompiled; from a stream every
    /// method would be compiled again (measured: 307 methods against 8). The runtime keeps two descriptors of it for
    /// good, as of every assembly that it maps.
    /// </summary>
    /// <exception cref="BadImageFormatException">The runtime cannot make sense of it.</exception>
    /// <exception cref="FileLoadException">It needs something that is not to be had.</exception>
    internal Assembly Load(ReadOnlySpan<byte> content)
    {
        using var memory = Seal(content);
        if (memory is null)
            return LoadFromStream(new MemoryStream(content.ToArray(), writable: false));

        // The runtime remembers images by their path, so no two loads may share one: the number is never used again.
        // Once it is loaded the mapping keeps the memory, and the descriptor is not needed any longer.
        return LoadFromAssemblyPath($"/proc/self/fd/{memory.DangerousGetHandle()}");
    }

    /// <summary>
    /// Lets the tuner have the Sdk, LibBpf and the framework of the daemon, so that both mean the same types; the rest
    /// of the daemon is none of its business.
    /// </summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is { } wanted && wanted.StartsWith(OwnPrefix, StringComparison.Ordinal)
            && wanted is not ("BpfTune.Sdk" or "BpfTune.LibBpf"))
        {
            throw new FileLoadException("Tuners may use BpfTune.Sdk and BpfTune.LibBpf only.", wanted);
        }

        return null;
    }

    /// <summary>A copy that nobody can change or cut short, at a descriptor number of its own; null where the kernel
    /// does not let us make one.</summary>
    private static SafeFileHandle? Seal(ReadOnlySpan<byte> content)
    {
        const uint Flags = Interop.Files.MemoryFileCloseOnExec | Interop.Files.MemoryFileAllowSealing;
        // It is mapped, never executed as a program; before Linux 6.3 that could not be said.
        var fd = Interop.Files.memfd_create("bpftune-tuner", Flags | Interop.Files.MemoryFileNoExecSeal);
        if (fd < 0 && Marshal.GetLastPInvokeError() == LibBpf.Errno.EINVAL)
            fd = Interop.Files.memfd_create("bpftune-tuner", Flags);
        if (fd < 0)
            return null;

        using var first = new SafeFileHandle(fd, ownsHandle: true);
        RandomAccess.Write(first, content, 0);
        if (Interop.Files.fcntl(first, Interop.Files.AddSeals, Interop.Files.SealEverything) < 0)
            return null;
        var number = Interop.Files.fcntl(first, Interop.Files.DuplicateCloseOnExec, Volatile.Read(ref s_nextDescriptor));
        if (number < 0)
            return null;
        Volatile.Write(ref s_nextDescriptor, number + 1);
        return new SafeFileHandle(number, ownsHandle: true);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"tuner {Name}");
}
