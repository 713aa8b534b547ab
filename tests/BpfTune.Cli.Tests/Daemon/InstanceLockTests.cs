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

    [Fact]
    public void The_lock_is_on_a_file_that_nobody_else_can_open_whatever_the_mask_and_the_mode_before()
    {
        var path = File + ".lock";
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(path, "");
        System.IO.File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);

        using var held = InstanceLock.Acquire(File, 1);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(path));
        Assert.Equal((UnixFileMode)0b110_100_100, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void The_directory_that_it_makes_has_its_mode_whatever_the_mask()
    {
        var before = BpfTune.Interop.SetCreationMask(0);
        try
        {
            using var held = InstanceLock.Acquire(File, 1);
        }
        finally
        {
            _ = BpfTune.Interop.SetCreationMask(before);
        }

        Assert.Equal((UnixFileMode)0b111_101_101, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File)!));
    }

    /// <summary>Whoever may open the file with the process id may lock it: that keeps nobody out.</summary>
    [Fact]
    public void A_lock_on_the_process_id_is_nobodys_business()
    {
        InstanceLock.Acquire(File, 1).Dispose();
        using var other = BpfTune.Interop.Open(File, BpfTune.Interop.OpenReadOnly, 0) is var fd and >= 0
            ? new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true)
            : throw new IOException(File);
        Assert.Equal(0, BpfTune.Interop.Lock(other, BpfTune.Interop.LockExclusive));

        Assert.Null(InstanceLock.Holder(File));
        using var held = InstanceLock.Acquire(File, 2);
        Assert.Equal(2, InstanceLock.Holder(File));
    }

    [Theory]
    [InlineData(".lock")]
    [InlineData("")]
    public void A_link_in_its_place_is_not_followed(string suffix)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        var other = Path.Combine(_directory.Path, "other");
        System.IO.File.WriteAllText(other, "precious");
        System.IO.File.CreateSymbolicLink(File + suffix, other);

        Assert.ThrowsAny<IOException>(() => InstanceLock.Acquire(File, 1));

        Assert.Equal("precious", System.IO.File.ReadAllText(other));
    }
}
