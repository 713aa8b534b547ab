using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>A tuner's hooks: what each uses, what was tried before, and what is lost.</summary>
internal static class HookText
{
    internal static void Write(TextWriter output, IReadOnlyList<HookReport> hooks, string indent)
    {
        var width = hooks.Count == 0 ? 0 : hooks.Max(h => h.Name.Length);
        foreach (var hook in hooks)
        {
            var name = hook.Name.PadRight(width);
            output.Line(hook.Mechanism is null
                ? $"{indent}{name}  LOST: {hook.WhenLost ?? ""}"
                : $"{indent}{name}  {What(hook.Mechanism, hook.Target ?? "")}");
            foreach (var failure in hook.Failures)
                output.Line($"{indent}{new string(' ', width)}    not {What(failure.Mechanism, failure.Target)}: {failure.Reason}");
        }
    }

    // 'cgroup' at the 'cgroup root' is said once.
    private static string What(string mechanism, string target) =>
        target.StartsWith(mechanism, StringComparison.Ordinal) ? target : $"{mechanism} {target}".TrimEnd();
}
