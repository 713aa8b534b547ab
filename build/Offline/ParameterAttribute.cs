namespace Nuke.Common;

/// <summary>A field that the host fills: from the command line (<c>--lib-dir</c> and <c>--libdir</c> both name <c>LibDir</c>), else from a variable of that name.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ParameterAttribute(string? description = null) : Attribute
{
    /// <summary>The line that <c>--help</c> shows.</summary>
    public string? Description { get; } = description;
}
