using BpfTune.Sdk;
using BpfTune.Tuners.TcpConnection;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.Tests.TcpConnection;

/// <summary>The kernel's maps as dictionaries.</summary>
internal sealed class FakeChoices : IChoiceTable
{
    public Dictionary<int, string> Names { get; } = [];

    public Dictionary<RemoteKey, conn_choice> Choices { get; } = [];

    public Dictionary<uint, bool> Permissions { get; } = [];

    public IEnumerable<uint> Off => Permissions.Where(p => !p.Value).Select(p => p.Key);

    public bool HasNoRoomForNamespaces { get; set; }

    public bool IsFull { get; set; }

    public int Writes { get; private set; }

    public void Name(int index, string name) => Names.Add(index, name);

    public bool Set(RemoteKey key, in conn_choice choice)
    {
        Writes++;
        if (IsFull)
            return false;
        Choices[key] = choice;
        return true;
    }

    public ConnectionDeeds Counted { get; set; }

    public ConnectionDeeds Deeds() => Counted;

    public void Remove(RemoteKey key) => Choices.Remove(key);

    public bool Permit(NamespaceId id, bool allowed)
    {
        if (HasNoRoomForNamespaces)
            return Permissions.Remove(id.Inode) && false;
        Permissions[id.Inode] = allowed;
        return true;
    }

    public void Forget(NamespaceId id) => Permissions.Remove(id.Inode);
}
