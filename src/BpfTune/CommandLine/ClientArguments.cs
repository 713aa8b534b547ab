using BpfTune.Engine;
using BpfTune.Settings;

namespace BpfTune.CommandLine;

/// <summary>How a running daemon is asked, and how the answer is shown.</summary>
/// <param name="Json">Print the daemon's JSON instead of text.</param>
/// <param name="Port">Ask this port of 127.0.0.1 rather than the control socket.</param>
/// <param name="Settings">Where socket and journal are, when not in their usual places.</param>
/// <param name="ConfigDirectory">Where the settings files are, which may name other places too.</param>
internal sealed record ClientArguments(bool Json, int? Port, DaemonSettings Settings, string ConfigDirectory)
{
    /// <summary>The options that the daemon would have.</summary>
    internal EngineOptions ToEngineOptions() => Settings.Over(SettingsFiles.Read(ConfigDirectory).Settings).ToEngineOptions();
}
