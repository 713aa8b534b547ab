using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using BpfTune.Engine.Kernel;

namespace BpfTune.Daemon;

/// <summary>
/// Lets go of all capabilities but those that the unit leaves to the daemon, and of ever getting others, when whoever
/// started it has not done so. Both belong to a thread, and the runtime has several before the first line of a program
/// runs: so this one is confined, and starts the program anew in the same process, whose threads all descend from it.
/// </summary>
internal static unsafe partial class Confinement
{
    private const string Marker = "BPFTUNE_CONFINED";

    /// <summary>CapabilityBoundingSet of packaging/systemd/bpftune.service.</summary>
    internal const ulong Kept = (1UL << (int)Capability.Bpf) | (1UL << (int)Capability.Perfmon) | (1UL << (int)Capability.NetAdmin)
        | (1UL << (int)Capability.SysAdmin) | (1UL << (int)Capability.SysPtrace);

    private const int BoundingDrop = 24; // PR_CAPBSET_DROP
    private const int SecureBits = 27; // PR_GET_SECUREBITS
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int Ambient = 47; // PR_CAP_AMBIENT
    private const int AmbientRaise = 2;
    private const int AmbientClear = 4;
    private const nint RootHasNoCapabilities = 1; // SECBIT_NOROOT
    private const uint CapabilityVersion = 0x20080522; // _LINUX_CAPABILITY_VERSION_3

    /// <summary>Confines the process, which may mean that this call does not return and the program starts anew.</summary>
    /// <returns>Null when the process is confined; else why it is not, as a sentence without a full stop.</returns>
    internal static string? Enter()
    {
        var sets = CapabilitySets.Read();
        var isSecond = Environment.GetEnvironmentVariable(Marker) is not null;
        Environment.SetEnvironmentVariable(Marker, null);
        if (!sets.Exceed(Kept))
            return null;
        // Where the bounding set may not be changed (CAP_SETPCAP is missing), no_new_privs keeps what is in it out of reach.
        if (isSecond)
            return sets.Holds(Kept) ? null : Failed("the kernel gave them back");
        return Confine(sets) ?? StartAnew();
    }

    private static string? Confine(CapabilitySets sets)
    {
        // Dropping from the bounding set takes a capability that is dropped next.
        for (var capability = 0; capability < 64; capability++)
        {
            if (((sets.Bounding & ~Kept) >> capability & 1) != 0)
                _ = Control(BoundingDrop, capability, 0, 0, 0);
        }

        _ = Control(Ambient, AmbientClear, 0, 0, 0);
        // The kernel gives root back at an exec what the bounding set holds; others keep what is ambient, which must be inheritable.
        var isRoot = Interop.EffectiveUser() == 0 && (Control(SecureBits, 0, 0, 0, 0) & RootHasNoCapabilities) == 0;
        var own = sets.Permitted & Kept;
        if (!Set(own, isRoot ? 0 : own))
            return Failed("they cannot be dropped: " + LastError());
        for (var capability = 0; capability < 64 && !isRoot; capability++)
        {
            if ((own >> capability & 1) != 0 && Control(Ambient, AmbientRaise, capability, 0, 0) != 0)
                return Failed("the others cannot be kept: " + LastError());
        }

        return Control(NoNewPrivileges, 1, 0, 0, 0) == 0 ? null : Failed("no_new_privs cannot be set: " + LastError());
    }

    private static string StartAnew()
    {
        // The environment that the process was given, not the runtime's copy, from which some variables were taken by now.
        if (SetVariable(Marker, "1", 1) != 0)
            return Failed(LastError());
        var words = File.ReadAllBytes("/proc/self/cmdline");
        var count = words.AsSpan().Count((byte)0);
        var program = Encoding.UTF8.GetBytes((Environment.ProcessPath ?? "/proc/self/exe") + "\0");
        fixed (byte* path = program, text = words)
        {
            var arguments = stackalloc byte*[count + 1];
            var at = 0;
            for (var i = 0; i < count; i++)
            {
                arguments[i] = text + at;
                at += words.AsSpan(at).IndexOf((byte)0) + 1;
            }

            arguments[count] = null;
            _ = Execute(path, arguments);
        }

        return Failed($"{Environment.ProcessPath} cannot be started anew: {LastError()}");
    }

    private static bool Set(ulong permitted, ulong inheritable)
    {
        var header = stackalloc uint[] { CapabilityVersion, 0 };
        // Twice effective, permitted, inheritable: the lower halves, then the upper ones.
        var data = stackalloc uint[]
        {
            (uint)permitted, (uint)permitted, (uint)inheritable,
            (uint)(permitted >> 32), (uint)(permitted >> 32), (uint)(inheritable >> 32),
        };
        return SetCapabilities(header, data) == 0;
    }

    private static string Failed(string why) => $"the daemon has more capabilities than it needs: {why}";

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int operation, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true)]
    private static partial int Execute(byte* path, byte** arguments);
}
