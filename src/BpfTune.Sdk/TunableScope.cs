namespace BpfTune.Sdk;

/// <summary>Whether each network namespace has a value of its own.</summary>
public enum TunableScope
{
    /// <summary>One value for the machine, settable from the first namespace only (<c>net.ipv4.tcp_mem</c>).</summary>
    Machine,

    /// <summary>One value in each network namespace (<c>net.ipv4.tcp_rmem</c>).</summary>
    Namespace,
}
