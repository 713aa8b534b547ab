using System.ComponentModel;
using System.IO.Pipes;
using BpfTune.Engine.Loop;

namespace BpfTune.Engine.Tests.Loop;

public sealed class EventLoopTests : IDisposable
{
    private readonly EventLoop _loop = new(TimeProvider.System);

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void A_posted_call_runs_on_the_loop_and_may_stop_it()
    {
        var thread = 0;
        _loop.Post(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            _loop.Stop();
        });
        _loop.Run();
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void A_loop_that_was_stopped_before_it_ran_returns_at_once()
    {
        _loop.Stop();
        _loop.Run();
        Assert.Equal(0, _loop.WakeUps);
    }

    [Fact]
    public void Another_thread_wakes_it()
    {
        var stopper = new Thread(() => _loop.Post(_loop.Stop));
        _loop.After(TimeSpan.FromMinutes(10), () => Assert.Fail("nobody woke the loop"));
        stopper.Start();
        _loop.Run();
        stopper.Join();
    }

    [Fact]
    public void Readable_descriptors_are_called_until_they_are_removed()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        var fd = (int)client.SafePipeHandle.DangerousGetHandle();
        var calls = 0;
        _loop.Add(fd, () =>
        {
            client.ReadByte();
            if (++calls < 3)
                return;
            _loop.Remove(fd);
            _loop.Remove(fd);
            _loop.After(TimeSpan.FromMilliseconds(20), _loop.Stop);
        });
        server.Write(new byte[10]);
        _loop.Run();
        Assert.Equal(3, calls);
    }

    [Fact]
    public void Timers_run_in_time_and_may_add_others()
    {
        var order = new List<int>();
        _loop.After(TimeSpan.FromMilliseconds(20), () =>
        {
            order.Add(2);
            _loop.After(TimeSpan.Zero, () =>
            {
                order.Add(3);
                _loop.Stop();
            });
        });
        _loop.After(TimeSpan.FromMilliseconds(1), () => order.Add(1));
        _loop.Run();
        Assert.Equal([1, 2, 3], order);
    }

    [Fact]
    public void An_exception_reaches_whoever_runs_the_loop()
    {
        _loop.Post(() => throw new InvalidOperationException("no"));
        Assert.Equal("no", Assert.Throws<InvalidOperationException>(_loop.Run).Message);
    }

    [Fact]
    public void A_descriptor_that_cannot_be_polled_is_refused()
    {
        using var file = File.OpenHandle("/etc/passwd");
        Assert.Throws<Win32Exception>(() => _loop.Add((int)file.DangerousGetHandle(), () => { }));
    }
}
