using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// Tells libbpf the BTF ids of the functions and tracepoints that fentry, fexit and tp_btf programs are for, which it
/// would else look for in the kernel's BTF, reading all of it for each object.
/// </summary>
/// <remarks>
/// libbpf lets a process handle sections itself (libbpf_register_prog_handler); a handler may change the attributes of
/// the load just before it. One more thing keeps libbpf from reading the kernel's BTF: a program that has an attach
/// program is not for the kernel. So each such program gets a placeholder for one, and the handler replaces it by the
/// id. The handlers stay for the life of the process, for open objects point to them; programs whose ids are not known
/// here are handed to libbpf's own search (bpf_program__set_attach_target) before the load.
/// </remarks>
internal static unsafe class TraceTargets
{
    // No descriptor is ever that large (fs.nr_open is an int, and far smaller): were it to reach the kernel, it fails.
    private const int Placeholder = int.MaxValue;

    // enum bpf_attach_type of linux/bpf.h.
    private const int AttachTraceRawTp = 23;
    private const int AttachTraceFentry = 24;
    private const int AttachTraceFexit = 25;

    // Sections that this class handles in every object that is opened from now on; written under the gate.
    private static readonly List<string> s_handled = [];
    private static bool s_tried;

    // A load runs on one thread from beginning to end.
    [ThreadStatic]
    private static Waiting? t_waiting;

    /// <summary>
    /// Held while an object is opened or handlers are registered: libbpf's table of them is not made for several threads.
    /// </summary>
    internal static Lock Gate { get; } = new();

    /// <summary>The sections whose programs get their handler from here in an object that is opened now, under the gate.</summary>
    internal static string[] Handled => [.. s_handled];

    /// <summary>
    /// Registers the handlers, once, under the gate. A libbpf that has no such function, or refuses, searches itself.
    /// </summary>
    internal static void Install()
    {
        if (s_tried)
            return;
        s_tried = true;
        try
        {
            Register("fentry", AttachTraceFentry);
            Register("fexit", AttachTraceFexit);
            Register("tp_btf", AttachTraceRawTp);
        }
        catch (EntryPointNotFoundException)
        {
            s_handled.Clear();
        }

        static void Register(string section, int attachType)
        {
            var options = new Interop.ProgHandlerOpts
            {
                Size = (nuint)sizeof(Interop.ProgHandlerOpts),
                PrepareLoad = &PrepareLoad,
            };
            if (Interop.libbpf_register_prog_handler(section + "+", (int)BpfProgramType.Tracing, attachType, &options) >= 0)
                s_handled.Add(section);
        }
    }

    /// <summary>Whether libbpf attaches programs of a section as tracing programs: with a handler it cannot tell itself.</summary>
    internal static bool IsTracing(BpfSection section) => section.Prefix is "fentry" or "fexit" or "tp_btf";

    /// <summary>The BTF id of a program's target; 0 for none.</summary>
    internal static int Find(KernelBtf btf, BpfSection section) => section.Target is not { } target ? 0
        : section.Prefix == "tp_btf" ? btf.FindTracepoint(target) : btf.FindFunction(target);

    /// <summary>Makes a program wait for an id at its load: 0 or -errno.</summary>
    internal static int Set(nint program, int id)
    {
        var error = Interop.bpf_program__set_attach_program(program, Placeholder, 0);
        if (error >= 0)
            t_waiting = new Waiting(program, (uint)id, t_waiting);
        return error;
    }

    /// <summary>Forgets all ids of this thread, after a load.</summary>
    internal static void Clear() => t_waiting = null;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int PrepareLoad(nint program, Interop.BpfProgLoadOpts* options, nint cookie)
    {
        for (var waiting = t_waiting; waiting is not null; waiting = waiting.Next)
        {
            if (waiting.Program != program)
                continue;
            options->AttachProgramFd = 0;
            options->AttachBtfObjectFd = 0;
            options->AttachBtfId = waiting.Id;
            break;
        }

        return 0;
    }

    /// <summary>A program of the object that is being loaded; there are a handful.</summary>
    private sealed class Waiting(nint program, uint id, Waiting? next)
    {
        internal nint Program => program;

        internal uint Id => id;

        internal Waiting? Next => next;
    }
}
