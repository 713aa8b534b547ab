using BpfTune.Skeletons.Btf;
using BpfTune.Skeletons.CSharp;
using BpfTune.Skeletons.Elf;

namespace BpfTune.Skeletons.Model;

/// <summary>Finds programs, maps and global variables, as libbpf does when it opens the object.</summary>
internal static class ModelBuilder
{
    /// <summary>A global pointer so named exports the type it points to, for types that only travel through a ring buffer.</summary>
    private const string ExportPrefix = "__export_";

    /// <exception cref="SkeletonException">Something in the object has no C# form.</exception>
    public static SkeletonModel Build(ElfFile elf, BtfTypes types, string className)
    {
        TypeMapper mapper = new(types, className);
        IReadOnlyList<ProgramModel> programs = Programs(elf);
        IReadOnlyList<MapModel> maps = Maps(elf, types, mapper);
        IReadOnlyList<VariableModel> variables = Variables(types, mapper);
        return new SkeletonModel
        {
            Programs = programs,
            Maps = maps,
            Variables = variables,
            Structs = mapper.Structs,
            Enums = mapper.Enums,
            Arrays = mapper.Arrays,
        };
    }

    private static List<ProgramModel> Programs(ElfFile elf)
    {
        // Functions in .text are subprograms, which libbpf links into the programs that call them.
        List<ElfFunction> functions =
            [.. elf.Functions.Where(function => elf.Sections[function.Section] is { IsExecutable: true, Name: not ".text" })];
        NameScope scope = new(functions.Select(function => function.Name), SkeletonWriter.GroupMembers("ProgramGroup"));
        List<ProgramModel> programs = [];
        foreach (ElfFunction function in functions)
        {
            string section = elf.Sections[function.Section].Name;
            if (function.IsStatic)
                throw new SkeletonException(ErrorCode.Program, $"program {function.Name} in section '{section}' is static, and libbpf loads only global ones; remove 'static'");
            programs.Add(new ProgramModel(function.Name, scope.Give(function.Name, $"program {function.Name}"), section));
        }

        return programs;
    }

    private static List<MapModel> Maps(ElfFile elf, BtfTypes types, TypeMapper mapper)
    {
        if (elf.HasSection("maps"))
            throw new SkeletonException(ErrorCode.Map, "the object has maps in section 'maps', which libbpf 1.0 no longer knows; define them with __uint and __type in SEC(\".maps\")");
        if (elf.Sections.FirstOrDefault(section => section.Name.StartsWith(".struct_ops", StringComparison.Ordinal)).Name is { } structOps)
            throw new SkeletonException(ErrorCode.Map, $"the object has a section '{structOps}', and struct_ops maps are not supported");

        List<BtfType> variables = [.. Section(types, ".maps")];
        NameScope scope = new(variables.Select(variable => variable.Name ?? ""), SkeletonWriter.GroupMembers("MapGroup"));
        return [.. variables.Select(variable => Map(variable, types, mapper, scope))];
    }

    private static MapModel Map(BtfType variable, BtfTypes types, TypeMapper mapper, NameScope scope)
    {
        string what = $"map {variable.Name}";
        BtfType definition = types.Resolve(variable.TypeId);
        if (definition.Kind != BtfKind.Struct)
            throw new SkeletonException(ErrorCode.Map, $"{what} is not a struct of __uint and __type members");

        Dictionary<string, BtfType> members = definition.Members.Where(member => member.Name is not null)
            .ToDictionary(member => member.Name!, member => types.Resolve(member.TypeId));
        long type = Unsigned("type") ?? throw new SkeletonException(ErrorCode.Map, $"{what} has no __uint(type, BPF_MAP_TYPE_…)");
        MapModel map = new()
        {
            CName = variable.Name!,
            Name = scope.Give(variable.Name!, what),
            TypeName = MapTypes.Name(type),
            Shape = MapShape.Untyped,
        };

        // Types are exported even where the entries stay untyped: the program's data in a socket's storage is still of use.
        string? key = Pointee("key");
        string? value = Pointee("value");
        MapShape shape = MapTypes.Shape(type);
        return shape == MapShape.Untyped || key is null || value is null ? map : map with { Shape = shape, Key = key, Value = value };

        // __uint(name, N) is a pointer to an array of N integers.
        long? Unsigned(string name) => members.TryGetValue(name, out BtfType? pointer)
            ? pointer.Kind == BtfKind.Ptr && types.Resolve(pointer.TypeId) is { Kind: BtfKind.Array } array
                ? array.Elements
                : throw new SkeletonException(ErrorCode.Map, $"{what}: '{name}' is not written with __uint")
            : null;

        // __type(name, T) is a pointer to T.
        string? Pointee(string name) => members.TryGetValue(name, out BtfType? pointer)
            ? pointer.Kind == BtfKind.Ptr
                ? mapper.Map(pointer.TypeId, $"{variable.Name}_{name}", $"{what}, its {name}")
                : throw new SkeletonException(ErrorCode.Map, $"{what}: '{name}' is not written with __type")
            : null;
    }

    private static List<VariableModel> Variables(BtfTypes types, TypeMapper mapper)
    {
        List<VariableModel> models = [];
        foreach (VariableGroup group in Enum.GetValues<VariableGroup>())
        {
            string prefix = "." + group.ToString().ToLowerInvariant();
            List<BtfType> variables = [.. types.All
                .Where(type => type.Kind == BtfKind.Datasec && (type.Name == prefix || type.Name!.StartsWith(prefix + ".", StringComparison.Ordinal)))
                .SelectMany(section => section.Variables, (_, id) => types[id])
                .Where(variable => variable.Linkage != "static")];
            NameScope scope = new(variables.Select(variable => variable.Name ?? ""), SkeletonWriter.GroupMembers($"{group}Group"));
            foreach (BtfType variable in variables)
            {
                string what = $"variable {variable.Name}";
                if (variable.Name!.StartsWith(ExportPrefix, StringComparison.Ordinal))
                    Export(variable, types, mapper);
                else
                    models.Add(new VariableModel(variable.Name, scope.Give(variable.Name, what), mapper.Map(variable.TypeId, variable.Name + "_type", what), group));
            }
        }

        return models;
    }

    private static void Export(BtfType variable, BtfTypes types, TypeMapper mapper)
    {
        string name = variable.Name![ExportPrefix.Length..];
        BtfType pointer = types.Resolve(variable.TypeId);
        if (pointer.Kind != BtfKind.Ptr || types.Resolve(pointer.TypeId).Kind is not (BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64))
            throw new SkeletonException(ErrorCode.Type, $"variable {variable.Name} exports nothing: it must be a pointer to a complete struct, union or enum");
        mapper.Map(pointer.TypeId, name, $"variable {variable.Name}");
    }

    private static IEnumerable<BtfType> Section(BtfTypes types, string name) =>
        types.Section(name)?.Variables.Select(id => types[id]) ?? [];
}
