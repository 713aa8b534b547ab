using BpfTune.Sdk;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>What the kernel looks up when a connection is made.</summary>
internal interface IChoiceTable
{
    /// <summary>Gives an algorithm its number.</summary>
    void Name(int index, string name);

    /// <summary>Says what to choose for a remote. False when the kernel has no memory for it now.</summary>
    bool Set(RemoteKey key, in conn_choice choice);

    /// <summary>Leaves a remote to the namespace's default again.</summary>
    void Remove(RemoteKey key);

    /// <summary>What was done to connections since the tuner started.</summary>
    ConnectionDeeds Deeds();

    /// <summary>
    /// Says whether anything may be chosen or switched in a namespace; where nothing is said it may not. False when the
    /// kernel cannot note it down: then nothing is said.
    /// </summary>
    bool Permit(NamespaceId id, bool allowed);

    /// <summary>Nothing is said of a namespace any more.</summary>
    void Forget(NamespaceId id);
}
