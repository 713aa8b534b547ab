namespace BpfTune.LibBpf;

/// <summary>The error of a name that an object does not have.</summary>
internal static class Lookup
{
    internal static KeyNotFoundException Missing(string objectName, string kind, string name, IEnumerable<string> known) =>
        new($"{objectName} has no {kind} {name}; it has: {string.Join(", ", known)}.");
}
