using BpfTune.Engine.Kernel;

namespace BpfTune.Engine.Tests.Kernel;

public sealed class FunctionTracingTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void AWriteIsNoticedAndOnlyAnotherValueIsNews()
    {
        File.WriteAllText(_path, "1\n");
        using var tracing = new FunctionTracing(_path);
        Assert.True(tracing.Fd >= 0);
        Assert.Null(tracing.Process());

        File.WriteAllText(_path, "0\n");
        Assert.True(IsReadable(tracing.Fd));
        Assert.True(tracing.Process());
        Assert.False(IsReadable(tracing.Fd));

        File.WriteAllText(_path, "0\n");
        Assert.Null(tracing.Process());
        File.WriteAllText(_path, "1\n");
        Assert.False(tracing.Process());
    }

    [Fact]
    public void WithoutASwitchThereIsNothingToWatch()
    {
        using var tracing = new FunctionTracing("/proc/sys/kernel/no_such_switch");
        Assert.Equal(-1, tracing.Fd);
        Assert.Null(tracing.Process());
    }

    private static unsafe bool IsReadable(int fd)
    {
        const short Readable = 1; // POLLIN
        var poll = new Interop.Namespaces.PollFd { Fd = fd, Events = Readable };
        return Interop.Namespaces.Poll(&poll, 1, 0) == 1;
    }
}
