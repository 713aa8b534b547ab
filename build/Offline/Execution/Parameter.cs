using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>A field of the build with <see cref="ParameterAttribute"/>.</summary>
internal sealed record Parameter(FieldInfo Field, string Description)
{
    public string Name => Field.Name;

    /// <summary>As a person writes it: LibDir is lib-dir.</summary>
    public string DashedName => string.Concat(Name.Select((letter, index) => index > 0 && char.IsUpper(letter) ? $"-{letter}" : $"{letter}")).ToLowerInvariant();

    public static IReadOnlyList<Parameter> Of(Type build) =>
    [
        .. from field in build.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
           let attribute = field.GetCustomAttribute<ParameterAttribute>()
           where attribute is not null
           select new Parameter(field, attribute.Description ?? ""),
    ];

    public void Inject(NukeBuild build, ParameterSource source)
    {
        if (source.Get(Name, Field.FieldType) is { } value)
            Field.SetValue(build, value);
    }
}
