using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>The global variables of an object by name, read from its BTF's data sections.</summary>
internal sealed unsafe class VariableTable
{
    private readonly Dictionary<string, BpfVariable> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, nint> _maps = new(StringComparer.Ordinal);
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

    /// <summary>The memory of a variable; its type must have the variable's size.</summary>
    internal byte* Address<T>(BpfVariable variable)
        where T : unmanaged
    {
        if (sizeof(T) != variable.Size)
        {
            throw new ArgumentException(
                $"{_objectName}: variable {variable.Name} has {variable.Size} bytes, {typeof(T).Name} has {sizeof(T)}.");
        }

        return Address(variable);
    }

    internal byte* Address(BpfVariable variable)
    {
        nuint size;
        var start = Interop.bpf_map__initial_value(_maps[variable.Section], &size);
        if (start is null)
        {
            throw new InvalidOperationException(
                $"{_objectName}: {variable.Section} is not mapped into this process, so {variable.Name} cannot be reached.");
        }

        if ((nuint)(variable.Offset + variable.Size) > size)
        {
            throw new InvalidOperationException(
                $"{_objectName}: variable {variable.Name} lies outside of {variable.Section}.");
        }

        return start + variable.Offset;
    }

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
