namespace BpfTune.Skeletons;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage =
        "usage: BpfTune.Skeletons --object FILE.bpf.o --namespace NAMESPACE --class NAME --output FILE.cs [--bpftool PATH] [--resource-prefix bpf]";

    /// <summary>The compiled BPF object.</summary>
    public required string ObjectPath { get; init; }

    /// <summary>The namespace of the generated class.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name of the generated class.</summary>
    public required string ClassName { get; init; }

    /// <summary>The C# file to write.</summary>
    public required string OutputPath { get; init; }

    /// <summary>The bpftool to run; null: the first on PATH or in an sbin directory.</summary>
    public string? Bpftool { get; init; }

    /// <summary>The first part of the names under which the objects are embedded: PREFIX/ARCHITECTURE/FILE.</summary>
    public string ResourcePrefix { get; init; } = "bpf";

    /// <summary>The object's name to libbpf: its file name up to the first dot.</summary>
    public string ObjectName => Path.GetFileName(ObjectPath).Split('.')[0];

    /// <exception cref="SkeletonException">An option is unknown, missing, given twice or empty.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> values = [];
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string name = arguments[i];
            if (name is not ("--object" or "--namespace" or "--class" or "--output" or "--bpftool" or "--resource-prefix"))
                throw Wrong($"unknown option '{name}'");
            if (i + 1 == arguments.Count || arguments[i + 1].Length == 0)
                throw Wrong($"option {name} needs a value");
            if (!values.TryAdd(name, arguments[i + 1]))
                throw Wrong($"option {name} is given twice");
        }

        Options options = new()
        {
            ObjectPath = Required("--object"),
            Namespace = Required("--namespace"),
            ClassName = Required("--class"),
            OutputPath = Required("--output"),
            Bpftool = values.GetValueOrDefault("--bpftool"),
            ResourcePrefix = values.GetValueOrDefault("--resource-prefix", "bpf"),
        };
        if (!CSharp.Identifier.IsValid(options.ClassName))
            throw Wrong($"'{options.ClassName}' cannot be the name of a class");
        if (!options.Namespace.Split('.').All(CSharp.Identifier.IsValid))
            throw Wrong($"'{options.Namespace}' cannot be a namespace");
        return options;

        string Required(string name) =>
            values.TryGetValue(name, out string? value) ? value : throw Wrong($"option {name} is missing");
    }

    private static SkeletonException Wrong(string what) => new(ErrorCode.Usage, $"{what}; {Usage}");
}
