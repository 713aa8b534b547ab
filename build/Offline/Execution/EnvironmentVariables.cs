using System.Collections;

namespace Nuke.Common.Execution;

internal static class EnvironmentVariables
{
    public static Dictionary<string, string> Read() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
}
