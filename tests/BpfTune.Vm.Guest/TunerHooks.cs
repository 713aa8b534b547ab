using System.Reflection;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Vm.Guest;

/// <summary>The hooks that published tuners declare, with the names of their programs.</summary>
internal sealed record TunerHooks(string Tuner, IReadOnlyList<Hook> Hooks, IReadOnlyDictionary<string, string> Sections)
{
    /// <summary>What a mechanism is called on any kernel: its sections, as the BPF source has them.</summary>
    internal string Label(Mechanism mechanism)
    {
        var sections = string.Join(", ", mechanism.Programs.Select(program => Sections[program]));
        return mechanism.Counter is null ? sections : $"counter after {sections}";
    }

    /// <summary>Reads those of all tuners in a directory.</summary>
    internal static IReadOnlyList<TunerHooks> ReadAll(string directory) =>
        [.. Directory.GetFiles(directory, "*.tuner.dll").Order(StringComparer.Ordinal).Select(Read)];

    private static TunerHooks Read(string file)
    {
        var export = Assembly.LoadFrom(file).GetCustomAttribute<TunerExportAttribute>()
            ?? throw new InvalidOperationException($"{file} names no tuner");
        var tuner = (Tuner)Activator.CreateInstance(export.TunerType)!;
        var declaration = new TunerDeclaration();
        tuner.Declare(declaration);
        using var opened = BpfObject.Open(declaration.Image, tuner.Name);
        return new TunerHooks(
            tuner.Name, declaration.Hooks,
            opened.Programs.ToDictionary(program => program.Name, program => $"{program.Section.Prefix} {program.Section.Target}".TrimEnd(), StringComparer.Ordinal));
    }
}
