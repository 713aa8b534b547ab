using System.Net.Sockets;
using System.Text;
using BpfTune.Engine.Control;

namespace BpfTune.Engine.Tests.Control;

public sealed class UnixDatagramTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_datagram_arrives_by_path_and_by_abstract_name(bool isAbstract)
    {
        using var directory = new TemporaryDirectory();
        var name = isAbstract ? $"bpftune-test-{Guid.NewGuid():N}" : Path.Combine(directory.Path, "s");
        using var receiver = Receiver(isAbstract ? "\0" + name : name);
        using var sender = UnixDatagram.To(isAbstract ? "@" + name : name);

        Assert.True(sender!.TrySend("READY=1"u8, wait: true));

        var buffer = new byte[64];
        Assert.Equal("READY=1", Encoding.UTF8.GetString(buffer, 0, receiver.Receive(buffer)));
    }

    [Fact]
    public void A_receiver_that_is_not_there_is_no_error_and_is_found_when_it_comes()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "s");
        using var sender = UnixDatagram.To(path);

        Assert.False(sender!.TrySend("one"u8, wait: true));
        using var receiver = Receiver(path);
        Assert.True(sender.TrySend("two"u8, wait: true));
    }

    [Fact]
    public void A_full_queue_does_not_block_who_does_not_wait()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "s");
        using var receiver = Receiver(path);
        using var sender = UnixDatagram.To(path);
        var sent = 0;
        while (sent < 100_000 && sender!.TrySend("x"u8, wait: false))
            sent++;

        Assert.InRange(sent, 1, 99_999);
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("vsock:2:1")]
    public void What_is_no_address_gives_no_sender(string path) => Assert.Null(UnixDatagram.To(path));

    [Fact]
    public void A_path_that_is_too_long_gives_no_sender() => Assert.Null(UnixDatagram.To("/" + new string('x', 107)));

    private static Socket Receiver(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }
}
