using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>BTF ids by name offset: two parallel lists, searched with vector instructions.</summary>
internal sealed class NameIndex
{
    private readonly List<int> _names = [];
    private readonly List<int> _ids = [];

    internal void Add(int nameOffset, int id)
    {
        _names.Add(nameOffset);
        _ids.Add(id);
    }

    /// <summary>The first id of that name; 0, which is void's, for none.</summary>
    internal int First(int nameOffset)
    {
        var at = nameOffset < 0 ? -1 : CollectionsMarshal.AsSpan(_names).IndexOf(nameOffset);
        return at < 0 ? 0 : _ids[at];
    }

    /// <summary>All ids of that name: C lets several files of the kernel have a structure of one name.</summary>
    internal IEnumerable<int> Ids(int nameOffset)
    {
        if (nameOffset < 0)
            yield break;
        for (var at = _names.IndexOf(nameOffset); at >= 0; at = _names.IndexOf(nameOffset, at + 1))
            yield return _ids[at];
    }
}
