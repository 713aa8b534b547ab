namespace BpfTune.LibBpf;

/// <summary>Names of some BTF, without their flavors, to be asked for by their bytes.</summary>
internal sealed class NameSet(BtfData data)
{
    // Buckets by first letter and length: an object has some hundred names, and a kernel structure asks for as many.
    private readonly List<int>?[] _buckets = new List<int>?[256];

    /// <summary>Adds the name at an offset; the empty one is none.</summary>
    internal void Add(uint offset)
    {
        if (offset == 0)
            return;
        var bucket = _buckets[Bucket(EssentialName.Of(data.Name(offset)))] ??= [];
        if (!bucket.Contains((int)offset))
            bucket.Add((int)offset);
    }

    internal bool Contains(ReadOnlySpan<byte> name)
    {
        if (_buckets[Bucket(name)] is not { } bucket)
            return false;
        foreach (var offset in bucket)
        {
            if (EssentialName.Of(data.Name((uint)offset)).SequenceEqual(name))
                return true;
        }

        return false;
    }

    private static int Bucket(ReadOnlySpan<byte> name)
    {
        // The last letters tell more than the first: members of one structure begin alike.
        var hash = name.Length;
        for (var i = Math.Max(0, name.Length - 4); i < name.Length; i++)
            hash = (hash * 31) + name[i];
        return hash & 255;
    }
}
