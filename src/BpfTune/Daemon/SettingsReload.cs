using BpfTune.Engine.Tuning;
using BpfTune.Settings;
using Microsoft.Extensions.Logging;

namespace BpfTune.Daemon;

/// <summary>
/// Reads modes and limits again while the daemon runs. What could mean less tuning than was asked for keeps those that
/// hold; the other settings take a restart.
/// </summary>
/// <param name="read">Reads the settings files.</param>
/// <param name="change">Takes the rules to the engine.</param>
/// <param name="logger">Told what is wrong with them.</param>
internal sealed partial class SettingsReload(
    Func<(TuningRules Rules, IReadOnlyList<SettingsProblem> Problems)> read, Action<TuningRules> change, ILogger logger)
{
    private readonly Lock _gate = new();

    /// <summary>Does it; signals that come together are served one after the other.</summary>
    internal void Run()
    {
        lock (_gate)
        {
            var (rules, problems) = read();
            if (problems.FirstOrDefault(problem => problem.MayLimit) is { } first)
            {
                var more = problems.Count(problem => problem.MayLimit) - 1;
                LogRefused(logger, more == 0 ? $"{first}" : $"{first} (and {more} more)");
                return;
            }

            foreach (var problem in problems)
                DaemonHost.LogSettings(logger, problem);
            change(rules);
        }
    }

    [LoggerMessage(EventId = 7006, Level = LogLevel.Warning, Message = "{Problem}; modes and limits stay as they were")]
    private static partial void LogRefused(ILogger logger, string problem);
}
