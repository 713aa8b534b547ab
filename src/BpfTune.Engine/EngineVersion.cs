using System.Reflection;

namespace BpfTune.Engine;

/// <summary>The suite's version, from the build.</summary>
public static class EngineVersion
{
    /// <summary>Such as '0.1.0'; what a build adds after a plus sign is left out.</summary>
    public static string Number { get; } =
        typeof(EngineVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
