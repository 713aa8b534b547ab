using System.Globalization;

namespace BpfTune.Daemon;

/// <summary>What a thread has and may get of capabilities (capabilities(7)), each a bit by the kernel's number.</summary>
/// <param name="Inheritable">CapInh.</param>
/// <param name="Permitted">CapPrm.</param>
/// <param name="Bounding">CapBnd.</param>
/// <param name="Ambient">CapAmb.</param>
/// <param name="NoNewPrivileges">Whether no program that it starts gives it others.</param>
internal readonly record struct CapabilitySets(ulong Inheritable, ulong Permitted, ulong Bounding, ulong Ambient, bool NoNewPrivileges)
{
    /// <summary>Those of the calling process's first thread.</summary>
    /// <exception cref="IOException">/proc is not mounted.</exception>
    internal static CapabilitySets Read() => Parse(File.ReadAllText("/proc/self/status"));

    internal static CapabilitySets Parse(string status)
    {
        var sets = new CapabilitySets();
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon < 0 || !ulong.TryParse(line[(colon + 1)..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                continue;
            sets = line[..colon] switch
            {
                "CapInh" => sets with { Inheritable = value },
                "CapPrm" => sets with { Permitted = value },
                "CapBnd" => sets with { Bounding = value },
                "CapAmb" => sets with { Ambient = value },
                "NoNewPrivs" => sets with { NoNewPrivileges = value != 0 },
                _ => sets,
            };
        }

        return sets;
    }

    /// <summary>Whether there is more than this, or more may come.</summary>
    internal bool Exceed(ulong kept) => !Holds(kept) || (Bounding & ~kept) != 0;

    /// <summary>Whether there is nothing but this, and nothing else can come.</summary>
    internal bool Holds(ulong kept) => ((Permitted | Inheritable | Ambient) & ~kept) == 0 && NoNewPrivileges;
}
