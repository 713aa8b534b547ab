using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace BpfTune.LibBpf;

/// <summary>
/// A kprobe as a perf event, made by the kprobe PMU or, as before 4.17, through tracefs. libbpf can be told which only
/// from 1.3 on, so the binding does it itself.
/// </summary>
internal sealed unsafe class KprobeEvent : IDisposable
{
    private const string PmuDirectory = "/sys/bus/event_source/devices/kprobe";
    private const string Group = "bpflink";
    private const uint PerfTypeTracepoint = 2;
    private const nint PerfFlagCloseOnExec = 8;
    private const nuint IoctlEnable = 0x2400;
    private const nuint IoctlSetBpf = 0x40042408;
    private const int AttachTypePerfEvent = 41;

    private static int s_counter;

    private readonly SafeBpfHandle _perf;
    private readonly string? _legacyEvent;

    private KprobeEvent(int perf, string? legacyEvent)
    {
        _perf = new SafeBpfHandle(perf);
        _legacyEvent = legacyEvent;
    }

    private static string? KprobeEventsFile =>
        TraceFs.Root() is { } root && File.Exists(root + "/kprobe_events") ? root + "/kprobe_events" : null;

    private static bool HasPmu => File.Exists(PmuDirectory + "/type");

    private static nint PerfEventOpenNumber => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 298,
        Architecture.Arm64 or Architecture.RiscV64 => 241,
        var other => throw new PlatformNotSupportedException($"Kprobe modes are not known for {other}."),
    };

    /// <summary>Whether this system has the means for a mode.</summary>
    internal static bool IsPossible(KprobeMode mode) => mode switch
    {
        KprobeMode.Default => HasPmu || KprobeEventsFile is not null,
        KprobeMode.Legacy => KprobeEventsFile is not null,
        _ => HasPmu,
    };

    /// <summary>In words, when <see cref="IsPossible"/> is false.</summary>
    internal static string WhyImpossible(KprobeMode mode) => mode switch
    {
        KprobeMode.Legacy when !TraceFs.IsMounted => "tracefs is not mounted",
        KprobeMode.Legacy => "this kernel has no kprobes",
        _ => "this kernel has no kprobes",
    };

    /// <summary>Makes the probe, not yet enabled; null with the error when the kernel refuses it.</summary>
    internal static KprobeEvent? Open(string function, bool onReturn, KprobeMode mode, out int errno) =>
        mode == KprobeMode.Legacy ? OpenLegacy(function, onReturn, out errno) : OpenPmu(function, onReturn, out errno);

    /// <summary>Ties a program to the probe and enables it; null with the error when that fails.</summary>
    /// <returns>What must be released before this probe is: a link's descriptor, or one more of the probe.</returns>
    internal SafeHandle? Tie(SafeBpfHandle program, KprobeMode mode, out int errno)
    {
        var held = false;
        program.DangerousAddRef(ref held);
        try
        {
            var perf = (int)_perf.DangerousGetHandle();
            var fd = (int)program.DangerousGetHandle();
            SafeBpfHandle link;
            if (mode == KprobeMode.Link)
            {
                var created = Interop.bpf_link_create(fd, perf, AttachTypePerfEvent, null);
                if (created < 0)
                {
                    errno = -created;
                    return null;
                }

                link = new SafeBpfHandle(created);
            }
            else if (Interop.ioctl(perf, IoctlSetBpf, fd) < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                return null;
            }
            else
            {
                link = SafeBpfHandle.Duplicate(perf);
            }

            if (Interop.ioctl(perf, IoctlEnable, 0) >= 0)
            {
                errno = 0;
                return link;
            }

            errno = Marshal.GetLastPInvokeError();
            link.Dispose();
            return null;
        }
        finally
        {
            if (held)
                program.DangerousRelease();
        }
    }

    /// <summary>Removes the probe.</summary>
    public void Dispose()
    {
        if (_perf.IsClosed)
            return;
        _perf.Dispose();
        if (_legacyEvent is not null && KprobeEventsFile is { } file)
            Append(file, $"-:{Group}/{_legacyEvent}");
    }

    private static KprobeEvent? OpenPmu(string function, bool onReturn, out int errno)
    {
        var type = uint.Parse(File.ReadAllText(PmuDirectory + "/type"), CultureInfo.InvariantCulture);
        var returnBit = onReturn ? ReturnBit() : 0;
        var name = Marshal.StringToCoTaskMemUTF8(function);
        try
        {
            var attributes = new Interop.PerfEventAttr
            {
                Type = type,
                Size = (uint)sizeof(Interop.PerfEventAttr),
                Config = returnBit,
                Config1 = (ulong)name,
            };
            return OpenPerf(&attributes, null, out errno);
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static KprobeEvent? OpenLegacy(string function, bool onReturn, out int errno)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"p{Environment.ProcessId}_{Interlocked.Increment(ref s_counter)}_{function.Replace('.', '_')}");
        var file = KprobeEventsFile!;
        errno = Append(file, $"{(onReturn ? 'r' : 'p')}:{Group}/{name} {function}");
        if (errno == Errno.EINVAL && !IsSymbol(function))
            errno = Errno.ENOENT; // Newer kernels say EINVAL for all that is wrong with the line.
        if (errno != 0)
            return null;

        var id = File.ReadAllText($"{Path.GetDirectoryName(file)}/events/{Group}/{name}/id");
        var attributes = new Interop.PerfEventAttr
        {
            Type = PerfTypeTracepoint,
            Size = (uint)sizeof(Interop.PerfEventAttr),
            Config = ulong.Parse(id, CultureInfo.InvariantCulture),
            SamplePeriod = 1,
            WakeupEvents = 1,
        };
        var probe = OpenPerf(&attributes, name, out errno);
        if (probe is null)
            Append(file, $"-:{Group}/{name}");
        return probe;
    }

    private static KprobeEvent? OpenPerf(Interop.PerfEventAttr* attributes, string? legacyEvent, out int errno)
    {
        // All processes, one CPU: the kernel calls the program on every CPU all the same.
        var fd = (int)Interop.syscall(PerfEventOpenNumber, attributes, -1, 0, -1, PerfFlagCloseOnExec);
        errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        return fd < 0 ? null : new KprobeEvent(fd, legacyEvent);
    }

    // "config:0": the bit of config that makes it a return probe.
    private static ulong ReturnBit()
    {
        var text = File.ReadAllText(PmuDirectory + "/format/retprobe").Trim();
        return 1UL << int.Parse(text.AsSpan(text.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
    }

    // Lines of "ffffffff81000000 T name [module]".
    private static bool IsSymbol(string function) => File.ReadLines("/proc/kallsyms").Any(line =>
    {
        var rest = line.AsSpan(line.IndexOf(' ', StringComparison.Ordinal) + 3);
        var end = rest.IndexOfAny(' ', '\t');
        return (end < 0 ? rest : rest[..end]).SequenceEqual(function);
    });

    private static int Append(string path, string line)
    {
        var fd = Interop.open(path, Interop.OpenWriteOnly | Interop.OpenAppend | Interop.OpenCloseOnExec);
        if (fd < 0)
            return Marshal.GetLastPInvokeError();
        try
        {
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            fixed (byte* p = bytes)
                return Interop.write(fd, p, (nuint)bytes.Length) == bytes.Length ? 0 : Marshal.GetLastPInvokeError();
        }
        finally
        {
            _ = Interop.close(fd);
        }
    }
}
