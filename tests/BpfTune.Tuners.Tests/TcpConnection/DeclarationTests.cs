using BpfTune.LibBpf;
using BpfTune.Tuners.TcpConnection;

namespace BpfTune.Tuners.Tests.TcpConnection;

public sealed class DeclarationTests() : DeclarationContract(new TcpConnectionTuner(), 4)
{
    [Fact]
    public void The_kernels_maps_hold_as_much_as_the_tables_here()
    {
        using var bpf = BpfObject.Open(Declaration.Image, "tcp_conn");
        Assert.Equal(RemoteTable.Own + RemoteTable.AllTenants, bpf.Map("bpftune_conn_choice").MaxEntries);
        Assert.Equal(AlgorithmTable.Capacity, bpf.Map("bpftune_conn_name").MaxEntries);
    }
}
