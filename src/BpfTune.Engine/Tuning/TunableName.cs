namespace BpfTune.Engine.Tuning;

/// <summary>Which names a rollback may make a path of, whatever the journal says.</summary>
internal static class TunableName
{
    private static readonly string[] s_trees = ["net.", "fs.", "vm."];

    /// <summary>Whether it is the plain name of a sysctl in a tree that tuners have to do with.</summary>
    internal static bool IsPlain(string name) =>
        s_trees.Any(tree => name.StartsWith(tree, StringComparison.Ordinal))
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.EndsWith('.');
}
