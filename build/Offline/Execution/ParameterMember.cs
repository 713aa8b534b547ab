using System.Reflection;
using System.Text.RegularExpressions;

namespace Nuke.Common.Execution;

/// <summary>A member of the build with <see cref="ParameterAttribute"/>.</summary>
internal sealed partial record ParameterMember(MemberInfo Member, string Name, string? Description)
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>As a person writes it: LibDir is lib-dir.</summary>
    public string DashedName => Hump().Replace(Name, "-$1").ToLowerInvariant();

    private Type Type => Member is FieldInfo info ? info.FieldType : ((PropertyInfo)Member).PropertyType;

    public static IReadOnlyList<ParameterMember> Of(Type build) =>
    [
        .. from member in build.GetMembers(Members)
           let attribute = member.GetCustomAttribute<ParameterAttribute>()
           where attribute is not null
           select new ParameterMember(member, attribute.Name ?? member.Name, attribute.Description),
    ];

    public void Inject(NukeBuild build, ParameterSource source)
    {
        if (source.Get(Name, Type) is not { } value)
            return;

        if (Member is FieldInfo info)
            info.SetValue(build, value);
        else
            ((PropertyInfo)Member).SetValue(build, value);
    }

    [GeneratedRegex("(?<=.)([A-Z])")]
    private static partial Regex Hump();
}
