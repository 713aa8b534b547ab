using System.Diagnostics.CodeAnalysis;

namespace BpfTune.Sdk;

/// <summary>Names the tuner that an assembly holds: <c>[assembly: TunerExport(typeof(MyTuner))]</c>.</summary>
/// <param name="tunerType">A sealed class derived from <see cref="Tuner"/> with a public parameterless constructor.</param>
/// <param name="builtAgainst">Leave it out: the compiler writes the Sdk's version into the tuner's own metadata.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TunerExportAttribute(
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type tunerType,
    int builtAgainst = TunerExportAttribute.InterfaceVersion) : Attribute
{
    /// <summary>The version of the interface between engine and tuners that this Sdk describes.</summary>
    public const int InterfaceVersion = 3;

    /// <summary>The tuner's type.</summary>
    public Type TunerType { get; } = tunerType;

    /// <summary>The interface version that the tuner was built against; the engine refuses another one with a warning.</summary>
    public int BuiltAgainst { get; } = builtAgainst;
}
