namespace Nuke.Common.Tooling;

/// <summary>From which stream a line came.</summary>
public enum OutputType
{
    /// <summary>Standard output.</summary>
    Std,

    /// <summary>Standard error.</summary>
    Err,
}
