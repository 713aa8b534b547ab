namespace BpfTune.Skeletons.Btf;

/// <summary>All types of an object.</summary>
internal sealed class BtfTypes
{
    private readonly Dictionary<int, BtfType> _byId;

    public BtfTypes(IReadOnlyList<BtfType> types)
    {
        All = types;
        _byId = types.ToDictionary(type => type.Id);
        _byId[0] = BtfType.Void;
    }

    public IReadOnlyList<BtfType> All { get; }

    /// <exception cref="SkeletonException">There is no such type.</exception>
    public BtfType this[int id] => _byId.TryGetValue(id, out BtfType? type)
        ? type
        : throw new SkeletonException(ErrorCode.Bpftool, $"bpftool's BTF refers to a type {id} that it does not list");

    /// <summary>The type behind typedefs, qualifiers and tags.</summary>
    public BtfType Resolve(int id) => Resolve(id, out _);

    /// <param name="id">A type.</param>
    /// <param name="typedefName">The name nearest to the type that a typedef gives it; null: none.</param>
    public BtfType Resolve(int id, out string? typedefName)
    {
        typedefName = null;
        BtfType type = this[id];
        while (type.Kind is BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag)
        {
            if (type.Kind == BtfKind.Typedef)
                typedefName = type.Name;
            type = this[type.TypeId];
        }

        return type;
    }

    /// <summary>The section of that name, or null.</summary>
    public BtfType? Section(string name) => All.FirstOrDefault(type => type.Kind == BtfKind.Datasec && type.Name == name);
}
