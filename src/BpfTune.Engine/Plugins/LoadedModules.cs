using System.Security.Cryptography;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// The assemblies of tuners that were loaded, by content. They stay for the life of the process, so the same content is
/// loaded once: a file that is touched, or put back after a trial, costs nothing.
/// </summary>
internal static class LoadedModules
{
    /// <summary>
    /// What the runtime keeps of one that was replaced, beside the image itself: measured on .NET 10 and Linux 6.18, 1.4 MB
    /// for tcp_buffer, whose file has 0.2 MB.
    /// </summary>
    private const long RuntimeBytes = 1_200_000;

    private static readonly Lock s_gate = new();
    private static readonly Dictionary<string, Type> s_types = new(StringComparer.Ordinal);
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal);

    /// <summary>Memory that loads in place of earlier ones have cost so far, in bytes: an estimate.</summary>
    internal static long ReloadBytes { get; private set; }

    /// <summary>How many such loads there were; each keeps two descriptors.</summary>
    internal static int Reloads { get; private set; }

    /// <summary>What tells contents apart.</summary>
    internal static string Hash(ReadOnlyMemory<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content.Span));

    /// <summary>The tuner's type in this content, loaded by <paramref name="load"/> if it was not before.</summary>
    internal static Type Get(string name, string hash, long length, Func<Type> load)
    {
        lock (s_gate)
        {
            // Under two names it is two tuners, which must not share their static state.
            var key = name + ":" + hash;
            if (s_types.TryGetValue(key, out var known))
                return known;
            var type = load();
            s_types.Add(key, type);
            if (!s_names.Add(name))
            {
                Reloads++;
                ReloadBytes += RuntimeBytes + length;
            }

            return type;
        }
    }
}
