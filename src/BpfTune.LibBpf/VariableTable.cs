using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>The global variables of an object by name, read from its BTF's data sections.</summary>
internal sealed unsafe class VariableTable
{
    private readonly Dictionary<string, BpfVariable> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, nint> _maps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafeMapMemory> _mapped = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ambiguous = new(StringComparer.Ordinal);
    private readonly string _objectName;

    internal VariableTable(SafeBpfObjectHandle obj, string objectName)
    {
        _objectName = objectName;
        var btf = Interop.bpf_object__btf(obj);
        if (btf == 0)
            return; // Built without -g: the programs run, their variables have no names.

        var count = Interop.btf__type_cnt(btf);
        for (var id = 1u; id < count; id++)
        {
            var type = Interop.btf__type_by_id(btf, id);
            if (type->Kind != BtfKind.DataSection)
                continue;
            var section = Text(btf, type->NameOffset);
            if (!IsData(section))
                continue;
            var map = Interop.bpf_object__find_map_by_name(obj, section);
            if (map == 0)
                continue; // An empty section: libbpf makes no map of it.
            _maps[section] = map;
            AddVariables(btf, type, section);
        }
    }

    internal IReadOnlyCollection<BpfVariable> All => _variables.Values;

    internal BpfVariable Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_variables.TryGetValue(name, out var variable))
            return variable;
        throw new KeyNotFoundException(_ambiguous.Contains(name)
            ? $"{_objectName} has several variables named {name} (they are static)."
            : $"{_objectName} has no global variable {name}.");
    }

    /// <summary>The memory that libbpf fills the section's map from when it loads it.</summary>
    internal byte* InitialAddress<T>(string name)
        where T : unmanaged
    {
        var variable = Get(name);
        CheckSize<T>(variable);
        nuint size = 0;
        var start = Interop.bpf_map__initial_value(_maps[variable.Section], &size);
        return Within(variable, start, size);
    }

    /// <summary>The memory that the programs share with this process.</summary>
    internal byte* MappedAddress<T>(BpfVariable variable)
        where T : unmanaged
    {
        CheckSize<T>(variable);
        return _mapped.TryGetValue(variable.Section, out var memory)
            ? Within(variable, memory.Address, memory.Size)
            : throw NotMapped(variable);
    }

    /// <summary>
    /// Maps the sections of a loaded object. libbpf does so by itself only in its skeletons' load, until 1.6.
    /// </summary>
    internal void MapSections()
    {
        foreach (var (section, map) in _maps)
        {
            var fd = Interop.bpf_map__fd(map);
            if (fd >= 0 && ((BpfMapFlags)Interop.bpf_map__map_flags(map) & BpfMapFlags.MemoryMappable) != 0)
            {
                var readOnly = section.StartsWith(".rodata", StringComparison.Ordinal);
                _mapped.Add(section, SafeMapMemory.Map(fd, Interop.bpf_map__value_size(map), readOnly, _objectName, section));
            }
        }
    }

    internal void UnmapSections()
    {
        foreach (var memory in _mapped.Values)
            memory.Dispose();
        _mapped.Clear();
    }

    private void CheckSize<T>(BpfVariable variable)
        where T : unmanaged
    {
        if (sizeof(T) != variable.Size)
        {
            throw new ArgumentException(
                $"{_objectName}: variable {variable.Name} has {variable.Size} bytes, {typeof(T).Name} has {sizeof(T)}.");
        }
    }

    private byte* Within(BpfVariable variable, byte* start, nuint size)
    {
        if (start is null)
            throw NotMapped(variable);
        return (nuint)variable.Offset + (nuint)variable.Size <= size
            ? start + variable.Offset
            : throw new InvalidOperationException($"{_objectName}: variable {variable.Name} lies outside of {variable.Section}.");
    }

    private InvalidOperationException NotMapped(BpfVariable variable) =>
        new($"{_objectName}: {variable.Section} is not mapped into this process, so {variable.Name} cannot be reached.");

    private static bool IsData(string section) =>
        section.StartsWith(".data", StringComparison.Ordinal)
        || section.StartsWith(".bss", StringComparison.Ordinal)
        || section.StartsWith(".rodata", StringComparison.Ordinal);

    private static string Text(nint btf, uint offset) =>
        Marshal.PtrToStringUTF8((nint)Interop.btf__name_by_offset(btf, offset)) ?? string.Empty;

    private void AddVariables(nint btf, Interop.BtfType* dataSection, string section)
    {
        // struct btf_var_secinfo { __u32 type, offset, size; }[], right behind the head.
        var entries = (uint*)(dataSection + 1);
        for (var i = 0; i < dataSection->Count; i++, entries += 3)
        {
            var name = Text(btf, Interop.btf__type_by_id(btf, entries[0])->NameOffset);
            if (_ambiguous.Contains(name))
                continue;
            if (!_variables.TryAdd(name, new BpfVariable(name, section, (int)entries[1], (int)entries[2])))
            {
                _variables.Remove(name);
                _ambiguous.Add(name);
            }
        }
    }
}
