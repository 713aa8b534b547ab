using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using BpfTune.Sdk;

namespace BpfTune.Engine.Plugins;

/// <summary>Makes a tuner of a checked file.</summary>
public static class TunerLoader
{
    /// <summary>
    /// Loads the assembly into a context of its own and makes the tuner. Nothing of it is called but its constructor
    /// and its name.
    /// </summary>
    /// <param name="file">A file from <see cref="TunerCatalog"/>.</param>
    /// <param name="tuner">The tuner, not yet started.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryLoad(TunerFile file, [NotNullWhen(true)] out Tuner? tuner, [NotNullWhen(false)] out TunerRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(file);
        tuner = null;
        var reason = Load(file, ref tuner);
        refusal = reason is null ? null : new TunerRefusal(file.Path, reason);
        return reason is null;
    }

    private static string? Load(TunerFile file, ref Tuner? tuner)
    {
        Type type;
        try
        {
            var assembly = new TunerLoadContext(file.Name).Load(file.Content.Span);
            type = assembly.GetCustomAttribute<TunerExportAttribute>()!.TunerType;
            if (!type.IsSubclassOf(typeof(Tuner)) || type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
                return TunerRefusalText.NotATuner(type.FullName ?? type.Name);
        }
        catch (Exception e)
        {
            return WhyNotLoaded(e);
        }

        try
        {
            var made = (Tuner)Activator.CreateInstance(type)!;
            if (made.Name != file.Name)
                return TunerRefusalText.NameMismatch(Path.GetFileName(file.Path), made.Name);
            tuner = made;
            return null;
        }
        catch (Exception e)
        {
            // A plug-in may throw whatever it likes: it costs that plug-in.
            return WhyNotMade(e is TargetInvocationException { InnerException: { } inner } ? inner : e);
        }
    }

    internal static string WhyNotLoaded(Exception e) => e switch
    {
        FileNotFoundException { FileName: { } missing } when !missing.StartsWith('/') => TunerRefusalText.MissingAssembly(ShortName(missing)),
        FileLoadException { FileName: { } missing } when !missing.StartsWith('/') => TunerRefusalText.MissingAssembly(ShortName(missing)),
        _ => TunerRefusalText.LoadFailed(e.Message),
    };

    private static string WhyNotMade(Exception e) => e is FileNotFoundException or FileLoadException
        ? WhyNotLoaded(e)
        : TunerRefusalText.ConstructorFailed(e.GetType().Name, e.Message);

    private static string ShortName(string assembly)
    {
        var comma = assembly.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? assembly : assembly[..comma];
    }
}
