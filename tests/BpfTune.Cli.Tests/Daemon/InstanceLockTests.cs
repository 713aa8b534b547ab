using BpfTune.Daemon;
using BpfTune.Engine.Tests.Control;

namespace BpfTune.Cli.Tests.Daemon;

public sealed class InstanceLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "run", "bpftune.pid");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_second_daemon_is_refused_and_told_the_first()
    {
        using var first = InstanceLock.Acquire(File, 4242);

        var refused = Assert.Throws<InstanceRunningException>(() => InstanceLock.Acquire(File, 4243));

        Assert.Equal("a bpftune daemon is running already (pid 4242)", refused.Message);
        Assert.Equal(4242, refused.ProcessId);
        Assert.Equal(4242, InstanceLock.Holder(File));
    }

    [Fact]
    public void Once_the_first_is_gone_the_next_may_come()
    {
        InstanceLock.Acquire(File, 1).Dispose();

        using var next = InstanceLock.Acquire(File, 2);

        Assert.Equal(2, InstanceLock.Holder(File));
    }

    [Fact]
    public void A_file_left_by_a_daemon_that_was_killed_keeps_nobody_out()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, "4242\n");

        Assert.Null(InstanceLock.Holder(File));
        using var next = InstanceLock.Acquire(File, 7);
        Assert.Equal(7, InstanceLock.Holder(File));
    }

    [Fact]
    public void Without_a_file_nobody_holds_it() => Assert.Null(InstanceLock.Holder(File));

    [Fact]
    public void Looking_does_not_keep_a_daemon_out()
    {
        using (InstanceLock.Acquire(File, 1))
            Assert.Equal(1, InstanceLock.Holder(File));
        Assert.Null(InstanceLock.Holder(File));

        using var next = InstanceLock.Acquire(File, 2);
        Assert.Equal(2, InstanceLock.Holder(File));
    }
}
