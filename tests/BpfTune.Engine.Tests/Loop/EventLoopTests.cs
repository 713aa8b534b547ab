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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_done_aside_goes_on_on_the_loop(bool fails)
    {
        var (loop, aside, after) = (Environment.CurrentManagedThreadId, 0, 0);
        Exception? failure = null;
        _loop.RunAside(
            "aside",
            () =>
            {
                aside = Environment.CurrentManagedThreadId;
                if (fails)
                    throw new IOException("the disk is gone");
            },
            e =>
            {
                (after, failure) = (Environment.CurrentManagedThreadId, e);
                _loop.Stop();
            });
        _loop.Run();
        Assert.NotEqual(loop, aside);
        Assert.Equal(loop, after);
        Assert.Equal(fails ? "the disk is gone" : null, failure?.Message);
    }

    [Fact]
    public void What_comes_after_its_end_is_left()
    {
        var ended = new EventLoop(TimeProvider.System);
        ended.Dispose();
        ended.Post(() => Assert.Fail("there is no loop any more"));
    }

    [Fact]
    public void Readable_descriptors_are_called_until_they_are_removed()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        var fd = (int)client.SafePipeHandle.DangerousGetHandle();
        var calls = 0;
        _loop.Add(fd, "a pipe", () =>
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
    public void What_calls_and_timers_throw_ends_nothing_and_is_said_once_a_minute()
    {
        var log = new Plugins.ListLogger();
        using var loop = new EventLoop(TimeProvider.System, log);
        for (var i = 0; i < 5; i++)
        {
            loop.Post(() => throw new InvalidOperationException("no"));
            loop.After(TimeSpan.FromMilliseconds(i), () => throw new InvalidOperationException("never"));
        }

        loop.After(TimeSpan.FromMilliseconds(20), loop.Stop);
        loop.Run();
        Assert.Equal(
            ["A fault in a call of another thread (0 more since the last of these lines): InvalidOperationException: no",
             "A fault in a timer (0 more since the last of these lines): InvalidOperationException: never"],
            log.Warnings);
    }

    [Fact]
    public void A_descriptor_whose_handler_throws_is_left_alone_for_a_while_and_then_called_again()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        var log = new Plugins.ListLogger();
        using var loop = new EventLoop(TimeProvider.System, log);
        var calls = 0;
        loop.Add((int)client.SafePipeHandle.DangerousGetHandle(), "a pipe", () =>
        {
            if (++calls == 1)
                throw new InvalidOperationException("not now");
            loop.Stop();
        });
        server.Write(new byte[10]);
        loop.Run();
        Assert.Equal(2, calls);
        Assert.Equal("A fault in a pipe; it is left alone for 1 s and then tried again: InvalidOperationException: not now", Assert.Single(log.Warnings));
        Assert.True(loop.WakeUps < 10, $"it woke {loop.WakeUps} times");
    }

    [Fact]
    public void A_timer_that_arms_itself_anew_at_once_does_not_keep_others_waiting()
    {
        void Again() => _loop.After(TimeSpan.Zero, Again);
        Again();
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        _loop.Add((int)client.SafePipeHandle.DangerousGetHandle(), "a pipe", _loop.Stop);
        server.WriteByte(1);
        _loop.Run();
    }

    [Fact]
    public void A_stop_is_seen_while_timers_never_end()
    {
        void Again() => _loop.After(TimeSpan.Zero, Again);
        Again();
        var stopper = new Thread(_loop.Stop);
        _loop.Post(stopper.Start);
        _loop.Run();
        stopper.Join();
    }

    [Fact]
    public void A_descriptor_that_cannot_be_polled_is_refused()
    {
        using var file = File.OpenHandle("/etc/passwd");
        Assert.Throws<Win32Exception>(() => _loop.Add((int)file.DangerousGetHandle(), "a file", () => { }));
    }
}
