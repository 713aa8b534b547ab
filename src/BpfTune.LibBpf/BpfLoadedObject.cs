using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// An object whose programs and maps are in the kernel. Disposing of it closes its programs and maps; what a
/// <see cref="BpfLink"/> or a pin holds stays until that ends too.
/// </summary>
public sealed unsafe class BpfLoadedObject : IDisposable
{
    private readonly SafeBpfObjectHandle _handle;
    private readonly VariableTable _variables;
    private readonly BpfProgram[] _programs;
    private readonly BpfMap[] _maps;

    internal BpfLoadedObject(SafeBpfObjectHandle handle, string name, VariableTable variables, BpfProgramSpec[] loaded)
    {
        _handle = handle;
        _variables = variables;
        Name = name;

        var programs = new List<BpfProgram>(loaded.Length);
        var maps = new List<BpfMap>();
        try
        {
            for (nint p = 0; (p = Interop.bpf_object__next_program(handle, p)) != 0;)
            {
                var programName = Marshal.PtrToStringUTF8((nint)Interop.bpf_program__name(p));
                if (Array.Find(loaded, s => s.Name == programName) is { } spec)
                    programs.Add(new BpfProgram(handle, p, name, spec));
            }

            for (nint m = 0; (m = Interop.bpf_object__next_map(handle, m)) != 0;)
            {
                var fd = Interop.bpf_map__fd(m);
                if (fd >= 0) // One that was not to be created has none.
                    maps.Add(BpfMap.OfObject(m, fd));
            }

            variables.MapSections();
        }
        catch
        {
            programs.ForEach(static p => p.Dispose());
            maps.ForEach(static m => m.Dispose());
            variables.UnmapSections();
            throw;
        }

        _programs = [.. programs];
        _maps = [.. maps];
    }

    /// <summary>The name it was opened by.</summary>
    public string Name { get; }

    /// <summary>The programs that were loaded; those that were not to be are not among them.</summary>
    public IReadOnlyList<BpfProgram> Programs => _programs;

    /// <summary>The maps that were created or reused.</summary>
    public IReadOnlyList<BpfMap> Maps => _maps;

    /// <summary>Its global variables.</summary>
    public IReadOnlyCollection<BpfVariable> Variables => _variables.All;

    /// <summary>The loaded program of that name.</summary>
    /// <param name="name">The C function's name.</param>
    /// <exception cref="KeyNotFoundException">There is none, or it was not to be loaded.</exception>
    public BpfProgram Program(string name) => TryGetProgram(name, out var program)
        ? program!
        : throw Lookup.Missing(Name, "loaded program", name, _programs.Select(static p => p.Name));

    /// <summary>The map of that name. It belongs to this object and is closed with it.</summary>
    /// <param name="name">The C variable's name.</param>
    /// <exception cref="KeyNotFoundException">There is none, or it was not to be created.</exception>
    public BpfMap Map(string name) => TryGetMap(name, out var map)
        ? map!
        : throw Lookup.Missing(Name, "map", name, _maps.Select(static m => m.Name));

    /// <summary>Looks for a loaded program.</summary>
    /// <param name="name">The C function's name.</param>
    /// <param name="program">The program, when true is returned.</param>
    public bool TryGetProgram(string name, out BpfProgram? program)
    {
        program = Array.Find(_programs, p => p.Name == name);
        return program is not null;
    }

    /// <summary>Looks for a map.</summary>
    /// <param name="name">The C variable's name.</param>
    /// <param name="map">The map, when true is returned.</param>
    public bool TryGetMap(string name, out BpfMap? map)
    {
        map = Array.Find(_maps, m => m.Name == name);
        return map is not null;
    }

    /// <summary>
    /// A global variable of .data or .bss in the memory that the programs share with this process. The reference must
    /// not outlive this object: its memory is unmapped then.
    /// </summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">Its name in C.</param>
    /// <exception cref="KeyNotFoundException">There is no such variable.</exception>
    /// <exception cref="InvalidOperationException">It is in .rodata: use <see cref="GetVariable"/>.</exception>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public ref T Variable<T>(string name)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var variable = _variables.Get(name);
        if (variable.IsReadOnly)
            throw new InvalidOperationException($"{Name}: variable {name} is constant once the object is loaded.");
        return ref *(T*)_variables.MappedAddress<T>(variable);
    }

    /// <summary>A copy of a global variable, of .rodata too.</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">Its name in C.</param>
    /// <exception cref="KeyNotFoundException">There is no such variable.</exception>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public T GetVariable<T>(string name)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return *(T*)_variables.MappedAddress<T>(_variables.Get(name));
    }

    /// <summary>Sets a global variable of .data or .bss.</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">Its name in C.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="KeyNotFoundException">There is no such variable.</exception>
    /// <exception cref="InvalidOperationException">It is in .rodata.</exception>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public void SetVariable<T>(string name, in T value)
        where T : unmanaged => Variable<T>(name) = value;

    /// <summary>Closes programs and maps. Links that were made of its programs stay.</summary>
    public void Dispose()
    {
        foreach (var program in _programs)
            program.Dispose();
        foreach (var map in _maps)
            map.Dispose();
        _variables.UnmapSections();
        _handle.Dispose();
    }
}
