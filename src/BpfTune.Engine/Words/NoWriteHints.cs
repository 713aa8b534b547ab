namespace BpfTune.Engine.Words;

/// <summary>Nobody tells who writes what: the values alone do.</summary>
internal sealed class NoWriteHints : IWriteHints
{
    public bool IsWatching => false;

    public Action<string, WriteSlot, uint>? Written { get; set; }

    public Action<long>? Lost { get; set; }

    public void Watch(string path)
    {
    }

    public void Ignore(string path)
    {
    }

    public void Drain()
    {
    }

    public WriteHint? Find(in WriteSlot slot) => null;

    public void Clear(in WriteSlot slot)
    {
    }
}
