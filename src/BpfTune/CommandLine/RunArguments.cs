using BpfTune.Settings;

namespace BpfTune.CommandLine;

/// <summary>How the daemon is to be run.</summary>
/// <param name="Settings">What the command line sets.</param>
/// <param name="ConfigDirectory">Where the settings files are.</param>
/// <param name="Detach">Whether it goes into the background.</param>
internal sealed record RunArguments(DaemonSettings Settings, string ConfigDirectory, bool Detach);
