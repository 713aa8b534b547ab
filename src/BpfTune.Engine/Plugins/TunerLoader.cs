using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using BpfTune.Sdk;

namespace BpfTune.Engine.Plugins;

/// <summary>Makes a tuner of a checked file.</summary>
public static class TunerLoader
{
    /// <summary>
    /// Loads the assembly into a context of its own, unless the same content was loaded before, and makes the tuner.
    /// Nothing of it is called but its constructor and its name.
    /// </summary>
    /// <param name="file">A file from <see cref="TunerCatalog"/>.</param>
    /// <param name="tuner">The tuner, not yet started.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryLoad(TunerFile file, [NotNullWhen(true)] out Tuner? tuner, [NotNullWhen(false)] out TunerRefusal? refusal)
    {
        tuner = null;
        return TryLoadModule(file, out var module, out refusal) && module.TryMake(out tuner, out refusal);
    }

    /// <summary>Loads the assembly; no code of the tuner runs but its module initializer, if it has one.</summary>
    internal static bool TryLoadModule(TunerFile file, [NotNullWhen(true)] out TunerModule? module, [NotNullWhen(false)] out TunerRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(file);
        module = null;
        string reason;
        try
        {
            var hash = LoadedModules.Hash(file.Content);
            var type = LoadedModules.Get(file.Name, hash, file.Content.Length, () => new TunerLoadContext(file.Name)
                .Load(file.Content.Span).GetCustomAttribute<TunerExportAttribute>()!.TunerType);
            if (type.IsSubclassOf(typeof(Tuner)) && !type.IsAbstract && type.GetConstructor(Type.EmptyTypes) is not null)
            {
                module = new TunerModule(file.Name, file.Path, hash, type);
                refusal = null;
                return true;
            }

            reason = TunerRefusalText.NotATuner(type.FullName ?? type.Name);
        }
        catch (Exception e)
        {
            reason = WhyNotLoaded(e);
        }

        refusal = new TunerRefusal(file.Path, reason);
        return false;
    }

    internal static string WhyNotLoaded(Exception e) => e switch
    {
        FileNotFoundException { FileName: { } missing } when !missing.StartsWith('/') => TunerRefusalText.MissingAssembly(ShortName(missing)),
        FileLoadException { FileName: { } missing } when !missing.StartsWith('/') => TunerRefusalText.MissingAssembly(ShortName(missing)),
        _ => TunerRefusalText.LoadFailed(Loop.FaultText.Message(e)),
    };

    private static string ShortName(string assembly)
    {
        var comma = assembly.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? assembly : assembly[..comma];
    }
}
