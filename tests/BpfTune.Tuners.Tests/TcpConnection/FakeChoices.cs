using BpfTune.Tuners.TcpConnection;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.Tests.TcpConnection;

/// <summary>The kernel's maps as dictionaries.</summary>
internal sealed class FakeChoices : IChoiceTable
{
    public Dictionary<int, string> Names { get; } = [];

    public Dictionary<RemoteKey, conn_choice> Choices { get; } = [];

    public HashSet<uint> Off { get; } = [];

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

    public bool TurnOff(uint namespaceInode, bool off) => off ? Off.Add(namespaceInode) : Off.Remove(namespaceInode);
}
