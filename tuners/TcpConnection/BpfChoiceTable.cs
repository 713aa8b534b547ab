using System.Text;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>The maps of bpf/tcp_conn.bpf.c.</summary>
internal sealed class BpfChoiceTable(Loaded bpf) : IChoiceTable
{
    /// <inheritdoc/>
    public void Name(int index, string name) => bpf.Maps.bpftune_conn_name.Set(
        (uint)index, new conn_algorithm { name = CharArray16.From(Encoding.ASCII.GetBytes(name)) });

    /// <inheritdoc/>
    public bool Set(RemoteKey key, in conn_choice choice)
    {
        try
        {
            bpf.Maps.bpftune_conn_choice.Set(key.ToKernel(), in choice);
            return true;
        }
        catch (BpfException e) when (IsShortage(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Remove(RemoteKey key) => bpf.Maps.bpftune_conn_choice.Remove(key.ToKernel());

    /// <inheritdoc/>
    public bool Permit(NamespaceId id, bool allowed)
    {
        try
        {
            bpf.Maps.bpftune_conn_in.Set(
                id.Inode, new conn_permission { netns_cookie = id.Cookie, allowed = allowed ? 1u : 0 });
            return true;
        }
        catch (BpfException e) when (IsShortage(e))
        {
            Forget(id);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Forget(NamespaceId id) => bpf.Maps.bpftune_conn_in.Remove(id.Inode);

    /// <inheritdoc/>
    public ConnectionDeeds Deeds() => new(
        Sum(conn_count.CONN_SWITCHED), Sum(conn_count.CONN_CHOSEN), Sum(conn_count.CONN_BACK), Sum(conn_count.CONN_AGAIN));

    private ulong Sum(conn_count what)
    {
        ulong sum = 0;
        if (bpf.Maps.bpftune_conn_count.TryGetValues((uint)what, out var values))
        {
            foreach (var value in values!)
                sum += value;
        }

        return sum;
    }

    private static bool IsShortage(BpfException e) => e.ErrnoName is "ENOMEM" or "E2BIG";
}
