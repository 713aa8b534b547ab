using BpfTune.Engine.Plugins;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class TunerNameTests
{
    [Theory]
    [InlineData("tcp_buffer.tuner.dll", "tcp_buffer")]
    [InlineData("x.tuner.dll", "x")]
    [InlineData("TcpBuffer.tuner.dll", "TcpBuffer")] // Looked at, so that it can be refused by name.
    [InlineData("tcp_buffer.tuner.dll.dpkg-new", null)]
    [InlineData("tcp_buffer.tuner.dll.dpkg-tmp", null)]
    [InlineData("tcp_buffer.tuner.dll.rpmsave", null)]
    [InlineData("tcp_buffer.tuner.dll.pacnew", null)]
    [InlineData("tcp_buffer.tuner.dll;5f3a91c2", null)]
    [InlineData("tcp_buffer.tuner.dll~", null)]
    [InlineData(".tcp_buffer.tuner.dll", null)]
    [InlineData("#tcp_buffer.tuner.dll", null)]
    [InlineData(".tuner.dll", null)]
    [InlineData("tcp_buffer.dll", null)]
    [InlineData("tcp_buffer.tuner.DLL", null)]
    [InlineData("tcp_buffer_tuner.so", null)]
    [InlineData("", null)]
    public void OnlyTheExactPatternIsATunersFile(string fileName, string? expected)
    {
        Assert.Equal(expected is not null, TunerName.TryFromFile(fileName, out var name));
        Assert.Equal(expected, name);
    }

    [Theory]
    [InlineData("tcp_buffer", true)]
    [InlineData("a", true)]
    [InlineData("ip6_frag", true)]
    [InlineData("", false)]
    [InlineData("6in4", false)]
    [InlineData("_x", false)]
    [InlineData("TcpBuffer", false)]
    [InlineData("tcp-buffer", false)]
    [InlineData("tcp buffer", false)]
    [InlineData("tcp_büffer", false)]
    [InlineData("../x", false)]
    public void NamesAreSnakeCase(string name, bool valid) => Assert.Equal(valid, TunerName.IsValid(name));

    [Theory]
    [InlineData("tcp_buffer", "tcp_buffer")]
    [InlineData("tcp_buffer_tuner.so", "tcp_buffer")]
    [InlineData("tcp_buffer.tuner.dll", "tcp_buffer")]
    [InlineData("_tuner.so", null)]
    [InlineData("tcp_buffer.so", null)]
    [InlineData("/usr/lib/bpftune/tcp_buffer.tuner.dll", null)]
    public void ArgumentsMayBeFileNamesOfEitherSuite(string argument, string? expected) =>
        Assert.Equal(expected, TunerName.FromArgument(argument));
}
