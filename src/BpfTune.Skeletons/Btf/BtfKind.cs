namespace BpfTune.Skeletons.Btf;

/// <summary>The kinds of BTF types, as bpftool names them (Documentation/bpf/btf.rst of the kernel).</summary>
internal enum BtfKind
{
    Void,
    Int,
    Ptr,
    Array,
    Struct,
    Union,
    Enum,
    Fwd,
    Typedef,
    Volatile,
    Const,
    Restrict,
    Func,
    FuncProto,
    Var,
    Datasec,
    Float,
    DeclTag,
    TypeTag,
    Enum64,
}
