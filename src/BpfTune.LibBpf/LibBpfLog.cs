using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// The one place that libbpf's own printing goes to; nothing of it reaches stderr. Without a sink it is dropped, for
/// what matters of it is in the <see cref="BpfException"/> of the call that failed.
/// </summary>
/// <remarks>
/// libbpf has one print function per process. A sink is called on the thread that called libbpf, in the middle of that
/// call: it must not call into this library.
/// </remarks>
public static unsafe class LibBpfLog
{
    private static Action<LibBpfLogLevel, string>? s_sink;
    private static volatile int s_verbosity = (int)LibBpfLogLevel.Information;

    [ThreadStatic]
    private static List<string>? t_captured;

    /// <summary>Called once per line, by any thread that uses libbpf. What it throws is ignored.</summary>
    public static Action<LibBpfLogLevel, string>? Sink
    {
        get => Volatile.Read(ref s_sink);
        set
        {
            Volatile.Write(ref s_sink, value);
            LibBpfRuntime.EnsureLoaded();
        }
    }

    /// <summary>
    /// The least grave level that the sink is given; information by default. Lines below it are not even formatted.
    /// </summary>
    public static LibBpfLogLevel Verbosity
    {
        get => (LibBpfLogLevel)s_verbosity;
        set => s_verbosity = (int)value;
    }

    /// <summary>Sets libbpf's print function; again before each load, for another library of the process may set its own.</summary>
    internal static void Install() => Interop.libbpf_set_print(&Print);

    /// <summary>Collects the warnings that libbpf prints on this thread until <see cref="EndCapture"/>.</summary>
    internal static List<string> BeginCapture()
    {
        Install();
        return t_captured = [];
    }

    internal static void EndCapture() => t_captured = null;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, nint arguments)
    {
        var captured = level == (int)LibBpfLogLevel.Warning ? t_captured : null;
        var sink = level <= s_verbosity ? Sink : null;
        if (captured is null && sink is null)
            return 0;

        byte* text = null;
        if (Interop.vasprintf(&text, format, arguments) < 0)
            return 0;

        try
        {
            var line = (Marshal.PtrToStringUTF8((nint)text) ?? string.Empty).TrimEnd('\n');
            captured?.Add(line);
            sink?.Invoke((LibBpfLogLevel)level, line);
        }
#pragma warning disable CA1031 // An exception must not run through libbpf's frames, and there is no one else to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
            return -1;
        }
        finally
        {
            Interop.free(text);
        }

        return 0;
    }
}
