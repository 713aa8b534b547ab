namespace BpfTune.Skeletons.CSharp;

/// <summary>
/// The names of one C# declaration space. A C name that the space already needs for itself (a member of System.Object, the name of the
/// enclosing type) gets underscores appended; every other name stays as it is.
/// </summary>
internal sealed class NameScope
{
    /// <summary>What every class and struct inherits: hiding these would break their callers.</summary>
    public static readonly string[] ObjectMembers =
        ["Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString"];

    private readonly HashSet<string> _reserved;
    private readonly HashSet<string> _wanted;
    private readonly HashSet<string> _given = [];

    /// <param name="wanted">All C names that will be asked for, so that a renamed one does not take the name of another.</param>
    /// <param name="reserved">Names beside <see cref="ObjectMembers"/> that are taken.</param>
    public NameScope(IEnumerable<string> wanted, params IEnumerable<string> reserved)
    {
        _wanted = [.. wanted];
        _reserved = [.. ObjectMembers, .. reserved];
    }

    /// <summary>The name to use, not escaped.</summary>
    /// <exception cref="SkeletonException">C# cannot say the name, or it is given already.</exception>
    public string Give(string name, string what)
    {
        if (!Identifier.IsValid(name))
            throw new SkeletonException(ErrorCode.Name, $"{what} has a name that C# cannot say");
        string given = name;
        while (_reserved.Contains(given) || (given != name && _wanted.Contains(given)))
            given += "_";
        if (!_given.Add(given))
            throw new SkeletonException(ErrorCode.Name, $"{what} has the same name as another; rename one of them");
        return given;
    }
}
