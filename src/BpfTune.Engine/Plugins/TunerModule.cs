using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using BpfTune.Sdk;

namespace BpfTune.Engine.Plugins;

/// <summary>A tuner's assembly, loaded: of it any number of tuners can be made, one after another.</summary>
internal sealed class TunerModule
{
    private readonly Type _type;

    internal TunerModule(string name, string path, string hash, Type type)
    {
        Name = name;
        Path = path;
        Hash = hash;
        _type = type;
    }

    /// <summary>The tuner's name by the file's name.</summary>
    internal string Name { get; }

    /// <summary>The file in full, for messages.</summary>
    internal string Path { get; }

    /// <summary>Which content it is.</summary>
    internal string Hash { get; }

    /// <summary>Makes a tuner. Nothing of it is called but its constructor and its name.</summary>
    internal bool TryMake([NotNullWhen(true)] out Tuner? tuner, [NotNullWhen(false)] out TunerRefusal? refusal) =>
        TryMake(out tuner, out refusal, out _);

    /// <param name="tuner">The tuner, not yet started.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <param name="thrown">What its constructor threw; null when it is no fit tuner at all.</param>
    internal bool TryMake([NotNullWhen(true)] out Tuner? tuner, [NotNullWhen(false)] out TunerRefusal? refusal, out Exception? thrown)
    {
        tuner = null;
        thrown = null;
        string reason;
        try
        {
            var made = (Tuner)Activator.CreateInstance(_type)!;
            if (made.Name == Name)
            {
                tuner = made;
                refusal = null;
                return true;
            }

            reason = TunerRefusalText.NameMismatch(System.IO.Path.GetFileName(Path), Loop.FaultText.OneLine(made.Name));
        }
        catch (Exception e)
        {
            // A plug-in may throw whatever it likes: it costs that plug-in.
            thrown = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            reason = WhyNotMade(thrown);
        }

        refusal = new TunerRefusal(Path, reason);
        return false;
    }

    private static string WhyNotMade(Exception e) => e switch
    {
        FileNotFoundException or FileLoadException => TunerLoader.WhyNotLoaded(e),
        // What a static constructor threw is what happened; the type is lost for good.
        TypeInitializationException { InnerException: { } inner } => TunerRefusalText.ConstructorFailed(inner),
        _ => TunerRefusalText.ConstructorFailed(e),
    };
}
