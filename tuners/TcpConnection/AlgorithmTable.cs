using System.Text;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>Congestion control by number: what bpftune_conn_name holds in the kernel, and which of them may be chosen.</summary>
internal sealed class AlgorithmTable
{
    /// <summary>Entries of the kernel's map, and bits of a set.</summary>
    public const int Capacity = 16;

    /// <summary>The kernel's names are shorter than TCP_CA_NAME_MAX, 16, in ASCII.</summary>
    public const int LongestName = 15;

    /// <summary>What a lossy connection is switched to.</summary>
    public const string Bbr = "bbr";

    /// <summary>Safe only where the whole route marks congestion: elsewhere it starves or is starved.</summary>
    public const string Dctcp = "dctcp";

    /// <summary>Candidates for any remote, where the kernel has them.</summary>
    public static readonly string[] General = ["cubic", Bbr, "htcp"];

    /// <summary>Meant to yield to others, or for networks of their own: whoever uses them means it.</summary>
    private static readonly string[] Deliberate = ["lp", "prague"];

    private readonly List<string> _names = [];

    /// <summary>The names; the index is the number.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Numbers of <see cref="General"/> as far as the kernel has them.</summary>
    public ushort Candidates { get; private set; }

    /// <summary>The number of dctcp as a set; empty while the kernel does not have it.</summary>
    public ushort EcnCandidates { get; private set; }

    /// <summary>The number of bbr as a set: it takes a loss for no sign of congestion, below a fifth of what is sent (net/ipv4/tcp_bbr.c).</summary>
    public ushort LossTolerant { get; private set; }

    /// <summary>Takes up an algorithm that the kernel has. True when it is new.</summary>
    public bool Add(string name)
    {
        if (_names.Contains(name) || _names.Count == Capacity || name.Length is 0 or > LongestName)
            return false;
        _names.Add(name);
        var bit = (ushort)(1 << (_names.Count - 1));
        if (Array.IndexOf(General, name) >= 0)
            Candidates |= bit;
        else if (name == Dctcp)
            EcnCandidates |= bit;
        if (name == Bbr)
            LossTolerant |= bit;
        return true;
    }

    /// <summary>The number of an algorithm; -1 when it is unknown.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        Span<char> characters = stackalloc char[LongestName];
        return name.Length > LongestName ? -1 : IndexOf(characters[..Encoding.ASCII.GetChars(name, characters)]);
    }

    /// <inheritdoc cref="IndexOf(ReadOnlySpan{byte})"/>
    public int IndexOf(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < _names.Count; i++)
        {
            if (name.SequenceEqual(_names[i]))
                return i;
        }

        return -1;
    }

    /// <summary>
    /// Whether somebody chose an algorithm on purpose: nothing is learned from such a connection, and so nothing is ever
    /// chosen where it is the default.
    /// </summary>
    public static bool IsDeliberate(string name) => Array.IndexOf(Deliberate, name) >= 0;

    /// <summary>Whether an algorithm may run on a connection: dctcp only where the route has ECN.</summary>
    public bool IsSafe(int index, bool ecn) => ecn || (EcnCandidates >> index & 1) == 0;
}
