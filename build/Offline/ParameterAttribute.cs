namespace Nuke.Common;

/// <summary>
/// A member that the host fills: from the command line (<c>--lib-dir</c> and <c>--libdir</c> both name <c>LibDir</c>), else from an environment
/// variable of that name, else from <c>.nuke/parameters.json</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ParameterAttribute(string? description = null) : Attribute
{
    /// <summary>The line that <c>--help</c> shows.</summary>
    public string? Description { get; } = description;

    /// <summary>The name, if it is not the member's own.</summary>
    public string? Name { get; set; }
}
