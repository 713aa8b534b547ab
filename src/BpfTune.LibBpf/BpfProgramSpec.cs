using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>A program of an object that is not loaded yet.</summary>
public sealed unsafe class BpfProgramSpec
{
    private readonly BpfObject _owner;
    private readonly nint _program;
    private readonly bool _handled;
    private bool _found;

    internal BpfProgramSpec(BpfObject owner, nint program)
    {
        _owner = owner;
        _program = program;
        Name = Marshal.PtrToStringUTF8((nint)Interop.bpf_program__name(program)) ?? string.Empty;
        Section = BpfSection.Parse(
            Marshal.PtrToStringUTF8((nint)Interop.bpf_program__section_name(program)) ?? string.Empty);
        _handled = Array.IndexOf(owner.HandledSections, Section.Prefix) >= 0;
        Type = (BpfProgramType)Interop.bpf_program__type(program);
        InstructionCount = (int)Interop.bpf_program__insn_cnt(program);
    }

    /// <summary>The C function's name.</summary>
    public string Name { get; }

    /// <summary>The ELF section's name: 'fentry/tcp_sndbuf_expand'.</summary>
    public string SectionName => Section.Name;

    /// <summary>The section taken apart, with the target that <see cref="SetAttachTarget"/> set.</summary>
    public BpfSection Section { get; private set; }

    /// <summary>The kernel's type, which libbpf takes from the section.</summary>
    public BpfProgramType Type { get; }

    /// <summary>How many instructions it has, before relocation.</summary>
    public int InstructionCount { get; }

    /// <summary>
    /// Whether it is loaded with its object. False from the start for a section that begins with '?'.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The object was loaded or disposed of.</exception>
    public bool AutoLoad
    {
        get
        {
            _owner.ThrowIfConsumed();
            return Interop.bpf_program__autoload(_program) != 0;
        }

        set
        {
            _owner.ThrowIfConsumed();
            var error = Interop.bpf_program__set_autoload(_program, value);
            if (error < 0)
                throw ErrorText.Make(BpfOperation.SetUp, _owner.Name, error, Name, Section);
        }
    }

    /// <summary>
    /// Gives a fentry, fexit, tp_btf, lsm or iter program another target than its section names. The kernel's BTF is
    /// searched for it at once.
    /// </summary>
    /// <param name="target">The kernel's name of the function, tracepoint, hook or iterator.</param>
    /// <exception cref="BpfException">The kernel has no such target.</exception>
    /// <exception cref="ObjectDisposedException">The object was loaded or disposed of.</exception>
    public void SetAttachTarget(string target)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        _owner.ThrowIfConsumed();
        var section = Section with { Target = target };
        if (_handled && _owner.KernelBtf is { } btf && TraceTargets.Find(btf, section) != 0)
        {
            Section = section;
            _found = false;
            return;
        }

        var lines = LibBpfLog.BeginCapture();
        try
        {
            Search(section, lines);
        }
        finally
        {
            LibBpfLog.EndCapture();
        }
    }

    /// <summary>
    /// Before the load: libbpf looks for no target of a program that a handler of this library's takes care of.
    /// </summary>
    /// <exception cref="BpfException">The kernel has no such target.</exception>
    internal void FindTarget(List<string> lines)
    {
        if (_found || !_handled || Section.Target is null)
            return;
        if (_owner.KernelBtf is { } btf && TraceTargets.Find(btf, Section) is var id and not 0)
        {
            if (TraceTargets.Set(_program, id) >= 0)
                return;
        }

        Search(Section, lines);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Section})";

    /// <summary>libbpf's own search, in the kernel's BTF and that of modules.</summary>
    private void Search(BpfSection section, List<string> lines)
    {
        var error = Interop.bpf_program__set_attach_target(_program, 0, section.Target!);
        if (error < 0)
        {
            lines.Add($"prog '{Name}': libbpf finds no {section.Target} in the kernel's BTF: {error}");
            throw ErrorText.Make(BpfOperation.Load, _owner.Name, error, Name, section, fullLog: LoadFailure.Join(lines));
        }

        Section = section;
        _found = true;
    }
}
