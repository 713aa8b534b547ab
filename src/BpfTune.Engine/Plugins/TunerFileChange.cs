using System.Diagnostics.CodeAnalysis;

namespace BpfTune.Engine.Plugins;

/// <summary>Something to act upon in the tuner directories.</summary>
public sealed record TunerFileChange
{
    private TunerFileChange(TunerFileChangeKind kind, string name, string path)
    {
        Kind = kind;
        Name = name;
        Path = path;
    }

    /// <summary>What happened.</summary>
    public TunerFileChangeKind Kind { get; }

    /// <summary>The tuner's name by the file's name.</summary>
    public string Name { get; }

    /// <summary>The file in full; for a removed tuner, where it was.</summary>
    public string Path { get; }

    /// <summary>What to load when it appeared or was replaced.</summary>
    public TunerFile? File { get; private init; }

    /// <summary>Why it is not used when it was refused.</summary>
    public TunerRefusal? Refusal { get; private init; }

    /// <summary>Whether there is a tuner to load.</summary>
    [MemberNotNullWhen(true, nameof(File))]
    public bool IsLoadable => File is not null;

    internal static TunerFileChange Loadable(bool replaces, TunerFile file) =>
        new(replaces ? TunerFileChangeKind.Replaced : TunerFileChangeKind.Appeared, file.Name, file.Path) { File = file };

    internal static TunerFileChange Gone(string name, string path) => new(TunerFileChangeKind.Removed, name, path);

    internal static TunerFileChange NotUsed(string name, TunerRefusal refusal) =>
        new(TunerFileChangeKind.Refused, Loop.FaultText.OneLine(name), refusal.Path) { Refusal = refusal };
}
