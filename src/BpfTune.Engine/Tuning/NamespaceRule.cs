using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What an administrator set for network namespaces.</summary>
/// <param name="Pattern">A name below /run/netns, <c>global</c>, <c>inode N</c>, or a full path; or a pattern of these.</param>
/// <param name="Mode">What may be done there.</param>
public sealed record NamespaceRule(RulePattern Pattern, Sourced<TuningMode> Mode)
{
    /// <summary>Whether it is about a namespace.</summary>
    public bool Concerns(NetworkNamespace networkNamespace)
    {
        var name = networkNamespace.Name;
        if (!Pattern.Text.StartsWith('/') || networkNamespace.IsGlobal)
            return Pattern.Matches(name);
        // A namespace with a name of its own lies where ip-netns(8) puts them; any other goes by its path.
        return Pattern.Matches(name.StartsWith('/') ? name : $"{NamespaceNames.NamedDirectory}/{name}");
    }
}
