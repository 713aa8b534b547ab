using BpfTune.Engine.Tuning;

namespace BpfTune.Settings;

/// <summary>What the lines below the head of a section are about.</summary>
/// <param name="Kind">Which kind of section it is.</param>
/// <param name="Pattern">The tunables or namespaces that are meant; empty for the daemon's own settings.</param>
internal readonly record struct SettingsSection(SectionKind Kind, RulePattern Pattern)
{
    /// <summary>Where a file begins, and <c>[bpftune]</c>.</summary>
    internal static SettingsSection Main { get; } = new(SectionKind.Main, new RulePattern(""));

    /// <summary>Reads what stands between the brackets.</summary>
    /// <returns>The section; null, with the problem, when it is none.</returns>
    internal static SettingsSection? Parse(string head, out string? problem)
    {
        var blank = head.AsSpan().IndexOfAny(' ', '\t');
        var word = blank < 0 ? head : head[..blank];
        var name = blank < 0 ? "" : head[blank..].Trim().Trim('"', '\'');
        switch (word.ToLowerInvariant())
        {
            case "bpftune" when name.Length == 0:
                problem = null;
                return Main;
            case "tunable":
                // As sysctl(8) takes it, too.
                name = name.Replace('/', '.');
                problem = IsTunable(name) ? null : $"a section [tunable NAME] is about a tunable such as net.ipv4.tcp_rmem or net.core.*, not '{SettingKeys.Short(name)}'";
                return problem is null ? new SettingsSection(SectionKind.Tunable, new RulePattern(name)) : null;
            case "namespace":
                problem = IsNamespace(name) ? null : $"a section [namespace NAME] is about a name such as docker-* or a full path, not '{SettingKeys.Short(name)}'";
                return problem is null ? new SettingsSection(SectionKind.Namespace, new RulePattern(name)) : null;
            default:
                problem = $"there is no section '{SettingKeys.Short(head)}'";
                return null;
        }
    }

    private static bool IsTunable(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '*' or '?');

    private static bool IsNamespace(string name) => name.Length > 0 && (name[0] is '/' or '*' || !name.Contains('/'));
}
