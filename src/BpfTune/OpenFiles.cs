using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace BpfTune;

/// <summary>
/// How many descriptors this process may have. Nothing of the framework but its core is used here: each further assembly
/// takes two, and one that cannot be opened ends the process with a stack trace.
/// </summary>
internal static unsafe partial class OpenFiles
{
    /// <summary>With fewer not even a question to a daemon can be asked for certain: its answer takes the JSON reader.</summary>
    private const ulong Fewest = 96;

    /// <summary>What the unit asks for (LimitNOFILE): a daemon keeps some for each network namespace.</summary>
    private const ulong Wanted = 8192;

    private const int NumberOfFiles = 7; // RLIMIT_NOFILE
    private const int LockedMemory = 8; // RLIMIT_MEMLOCK
    private const ulong Unlimited = ulong.MaxValue;

    /// <summary>Raises the soft limit to the hard one.</summary>
    /// <returns>False when that is not enough to go on, which was said.</returns>
    internal static bool Raise()
    {
        Limit limit;
        if (GetLimit(NumberOfFiles, &limit) != 0)
            return true;
        var most = limit.Hard;
        if (limit.Soft < most)
        {
            limit.Soft = most;
            _ = SetLimit(NumberOfFiles, &limit);
        }

        if (most >= Fewest)
            return true;
        var line = Encoding.UTF8.GetBytes(
            "bpftune: this process may open " + most.ToString(CultureInfo.InvariantCulture) + " files only, which is too few: raise the limit (ulimit -n)\n");
        fixed (byte* text = line)
            _ = WriteAll(DescriptorStream.StandardError, text, (nuint)line.Length);
        return false;
    }

    /// <summary>
    /// Before privileges are given up: the hard limit as the unit has it, and no limit of locked memory, which counts BPF
    /// maps before Linux 5.11. What may not be raised stays; who runs out of it is told then.
    /// </summary>
    internal static void RaiseHard()
    {
        Limit limit;
        if (GetLimit(NumberOfFiles, &limit) == 0 && limit.Hard < Wanted)
        {
            limit = new Limit { Soft = Wanted, Hard = Wanted };
            _ = SetLimit(NumberOfFiles, &limit);
        }

        limit = new Limit { Soft = Unlimited, Hard = Unlimited };
        if (SetLimit(LockedMemory, &limit) != 0 && GetLimit(LockedMemory, &limit) == 0)
        {
            limit.Soft = limit.Hard;
            _ = SetLimit(LockedMemory, &limit);
        }
    }

    private struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteAll(int descriptor, byte* text, nuint length);
}
