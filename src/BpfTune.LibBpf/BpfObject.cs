using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// A compiled BPF object (.bpf.o), opened and inert: nothing of it is in the kernel yet. Programs can be chosen, maps
/// shared and constants set; then <see cref="Load"/> makes a <see cref="BpfLoadedObject"/> of it. Not thread-safe.
/// </summary>
public sealed unsafe class BpfObject : IDisposable
{
    private readonly SafeBpfObjectHandle _handle;
    private readonly VariableTable _variables;
    private readonly BpfProgramSpec[] _programs;
    private readonly BpfMapSpec[] _maps;
    private readonly MemoryFile? _reducedBtf;
    private bool _consumed;

    private BpfObject(
        SafeBpfObjectHandle handle, string name, KernelBtf? kernelBtf, MemoryFile? reducedBtf, string[] handledSections)
    {
        _handle = handle;
        _reducedBtf = reducedBtf;
        HandledSections = handledSections;
        KernelBtf = kernelBtf;
        Name = name;
        _variables = new VariableTable(handle, name);

        var programs = new List<BpfProgramSpec>();
        for (nint p = 0; (p = Interop.bpf_object__next_program(handle, p)) != 0;)
            programs.Add(new BpfProgramSpec(this, p));
        _programs = [.. programs];

        var maps = new List<BpfMapSpec>();
        for (nint m = 0; (m = Interop.bpf_object__next_map(handle, m)) != 0;)
            maps.Add(new BpfMapSpec(this, m));
        _maps = [.. maps];
    }

    /// <summary>The name it was opened by, which appears in every error.</summary>
    public string Name { get; }

    /// <summary>All its programs, in the order of the object file.</summary>
    public IReadOnlyList<BpfProgramSpec> Programs => _programs;

    /// <summary>All its maps, those of global data among them.</summary>
    public IReadOnlyList<BpfMapSpec> Maps => _maps;

    /// <summary>Its global variables.</summary>
    public IReadOnlyCollection<BpfVariable> Variables => _variables.All;

    /// <summary>Opens an object. No privilege is needed.</summary>
    /// <param name="elf">The .bpf.o file. It is copied.</param>
    /// <param name="name">A name for errors and, cut to the kernel's 15 characters, for the maps of global data.</param>
    /// <param name="options">Choices, or null for the defaults.</param>
    /// <exception cref="BpfException">It is not a BPF object, or one that libbpf cannot read.</exception>
    /// <exception cref="PlatformNotSupportedException">libbpf is missing or too old.</exception>
    public static BpfObject Open(ReadOnlyMemory<byte> elf, string name, BpfObjectOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        LibBpfRuntime.EnsureLoaded();
        if (elf.IsEmpty)
            throw ErrorText.MakeWithReason(BpfOperation.Open, name, Errno.EINVAL, "it is empty");

        // libelf reads the headers in place: they must be aligned, which an embedded resource need not be.
        var copy = NativeMemory.AlignedAlloc((nuint)elf.Length, 64);
        var lines = LibBpfLog.BeginCapture();
        MemoryFile? reduced = null;
        try
        {
            elf.Span.CopyTo(new Span<byte>(copy, elf.Length));
            options ??= new BpfObjectOptions();
            if (options is { KernelBtf: { } kernelBtf, CustomBtfPath: null })
                reduced = Reduce(kernelBtf, elf.Span);

            nint handle;
            int errno;
            string[] handled;
            lock (TraceTargets.Gate)
            {
                if (options.KernelBtf is not null)
                    TraceTargets.Install();
                handled = TraceTargets.Handled;
                handle = OpenNative(copy, (nuint)elf.Length, name, options, reduced, out errno);
            }

            if (handle == 0)
            {
                throw ErrorText.MakeWithReason(
                    BpfOperation.Open, name, errno, "it is not a BPF object that libbpf can read",
                    fullLog: LoadFailure.Join(lines));
            }

            var safe = new SafeBpfObjectHandle(handle);
            try
            {
                var opened = new BpfObject(safe, name, options.KernelBtf, reduced, handled);
                reduced = null;
                return opened;
            }
            catch
            {
                safe.Dispose();
                throw;
            }
        }
        finally
        {
            reduced?.Dispose();
            LibBpfLog.EndCapture();
            NativeMemory.AlignedFree(copy);
        }
    }

    /// <summary>The program of that name.</summary>
    /// <param name="name">The C function's name.</param>
    /// <exception cref="KeyNotFoundException">There is none; the text lists those there are.</exception>
    public BpfProgramSpec Program(string name) => TryGetProgram(name, out var program)
        ? program!
        : throw Lookup.Missing(Name, "program", name, _programs.Select(static p => p.Name));

    /// <summary>The map of that name.</summary>
    /// <param name="name">The C variable's name.</param>
    /// <exception cref="KeyNotFoundException">There is none; the text lists those there are.</exception>
    public BpfMapSpec Map(string name) => TryGetMap(name, out var map)
        ? map!
        : throw Lookup.Missing(Name, "map", name, _maps.Select(static m => m.Name));

    /// <summary>Looks for a program.</summary>
    /// <param name="name">The C function's name.</param>
    /// <param name="program">The program, when true is returned.</param>
    public bool TryGetProgram(string name, out BpfProgramSpec? program)
    {
        program = Array.Find(_programs, p => p.Name == name);
        return program is not null;
    }

    /// <summary>Looks for a map.</summary>
    /// <param name="name">The C variable's name.</param>
    /// <param name="map">The map, when true is returned.</param>
    public bool TryGetMap(string name, out BpfMapSpec? map)
    {
        map = Array.Find(_maps, m => m.Name == name);
        return map is not null;
    }

    /// <summary>Sets a global variable of .rodata, .data or .bss to the value it has when the object is loaded.</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">Its name in C.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="KeyNotFoundException">There is no such variable.</exception>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public void SetVariable<T>(string name, in T value)
        where T : unmanaged
    {
        ThrowIfConsumed();
        *(T*)_variables.InitialAddress<T>(name) = value;
    }

    /// <summary>The value that a global variable has before the load.</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">Its name in C.</param>
    /// <exception cref="KeyNotFoundException">There is no such variable.</exception>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public T GetVariable<T>(string name)
        where T : unmanaged
    {
        ThrowIfConsumed();
        return *(T*)_variables.InitialAddress<T>(name);
    }

    /// <summary>
    /// Creates the maps and loads the programs. This object is used up, whether that succeeds or not: to try again,
    /// open it again.
    /// </summary>
    /// <exception cref="BpfException">
    /// Something was refused; <see cref="BpfException.ProgramName"/> or <see cref="BpfException.MapName"/> says what.
    /// </exception>
    /// <exception cref="ObjectDisposedException">It was loaded or disposed of before.</exception>
    public BpfLoadedObject Load()
    {
        ThrowIfConsumed();
        var autoLoaded = Array.FindAll(_programs, static p => p.AutoLoad);
        _consumed = true;
        var lines = LibBpfLog.BeginCapture();
        try
        {
            foreach (var program in autoLoaded)
                program.FindTarget(lines);
            var error = Interop.bpf_object__load(_handle);
            if (error < 0)
                throw LoadFailure.Explain(Name, error, lines, _programs);
            return new BpfLoadedObject(_handle, Name, _variables, autoLoaded);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
        finally
        {
            TraceTargets.Clear();
            LibBpfLog.EndCapture();
            _reducedBtf?.Dispose();
        }
    }

    /// <summary>Frees the object, unless it was loaded: then its loaded object owns it.</summary>
    public void Dispose()
    {
        if (_consumed)
            return;
        _consumed = true;
        _handle.Dispose();
        _reducedBtf?.Dispose();
    }

    /// <summary>The kernel's BTF, when it was given at the opening.</summary>
    internal KernelBtf? KernelBtf { get; }

    /// <summary>The sections whose programs <see cref="TraceTargets"/> takes care of.</summary>
    internal string[] HandledSections { get; }

    /// <summary>Whether the object's CO-RE relocations look into a part of the kernel's BTF only.</summary>
    internal bool HasReducedBtf => _reducedBtf is not null;

    internal void ThrowIfConsumed() => ObjectDisposedException.ThrowIf(_consumed, this);

    /// <summary>Null where it cannot be done: libbpf then reads the kernel's BTF itself, and reports what is wrong.</summary>
    private static MemoryFile? Reduce(KernelBtf kernel, ReadOnlySpan<byte> elf)
    {
        try
        {
            return ReducedBtf.Make(kernel, elf) is { } bytes ? MemoryFile.TryCreate("kernel-btf", bytes) : null;
        }
        catch (BpfException)
        {
            return null;
        }
    }

    private static nint OpenNative(
        void* elf, nuint size, string name, BpfObjectOptions options, MemoryFile? reducedBtf, out int errno)
    {
        var nativeName = Marshal.StringToCoTaskMemUTF8(name);
        var pinRoot = Marshal.StringToCoTaskMemUTF8(options.PinRootPath);
        var btf = Marshal.StringToCoTaskMemUTF8(options.CustomBtfPath ?? reducedBtf?.Path);
        try
        {
            var native = new Interop.BpfObjectOpenOpts
            {
                Size = (nuint)sizeof(Interop.BpfObjectOpenOpts),
                ObjectName = nativeName,
                PinRootPath = pinRoot,
                BtfCustomPath = btf,
            };
            var handle = Interop.bpf_object__open_mem(elf, size, &native);
            errno = handle == 0 ? Marshal.GetLastPInvokeError() : 0;
            return handle;
        }
        finally
        {
            Marshal.FreeCoTaskMem(nativeName);
            Marshal.FreeCoTaskMem(pinRoot);
            Marshal.FreeCoTaskMem(btf);
        }
    }
}
