using BpfTune.Engine.Plugins;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class TunerRefusalTextTests
{
    [Theory]
    [InlineData(0, 0x81a4, 0, null)] // -rw-r--r--
    [InlineData(0, 0x81ed, 0, null)] // -rwxr-xr-x
    [InlineData(0, 0x8100, 0, null)] // -r--------
    [InlineData(1000, 0x81a4, 1000, null)]
    [InlineData(1000, 0x81a4, 0, "it is owned by user 1000, not by root")]
    [InlineData(0, 0x81a4, 1000, "it is owned by user 0, not by user 1000")]
    [InlineData(0, 0x81b4, 0, "it is writable by its group (mode 0664)")]
    [InlineData(0, 0x81a6, 0, "it is writable by everybody (mode 0646)")]
    [InlineData(0, 0x81b6, 0, "it is writable by its group and everybody (mode 0666)")]
    [InlineData(0, 0x43ff, 0, "it is writable by its group and everybody (mode 1777)")]
    [InlineData(7, 0x81b6, 0, "it is owned by user 7, not by root")]
    public void OwnershipSaysWhatIsWrong(uint owner, int mode, uint expectedOwner, string? text) =>
        Assert.Equal(text, TunerRefusalText.Ownership("it", owner, mode, expectedOwner));

    [Theory]
    [InlineData(0x8000, null)]
    [InlineData(0x4000, "it is a directory")]
    [InlineData(0xa000, "it is a symbolic link; the file itself must lie in the directory")]
    [InlineData(0x1000, "it is not an ordinary file")]
    [InlineData(0x2000, "it is not an ordinary file")]
    [InlineData(0xc000, "it is not an ordinary file")]
    public void TypesOtherThanFilesAreNamed(int mode, string? text) => Assert.Equal(text, TunerRefusalText.FileType(mode | 0x1a4));

    [Theory]
    [InlineData(0UL, "it is empty")]
    [InlineData(1UL, null)]
    [InlineData(64UL << 20, null)]
    [InlineData((64UL << 20) + 1, "it is larger than any tuner (67108865 bytes)")]
    [InlineData(ulong.MaxValue, "it is larger than any tuner (18446744073709551615 bytes)")]
    public void SizesHaveBounds(ulong size, string? text) => Assert.Equal(text, TunerRefusalText.Size(size));

    [Theory]
    [InlineData(LibBpf.Errno.ELOOP, "it is a symbolic link; the file itself must lie in the directory")]
    [InlineData(20, "it is not a directory")]
    [InlineData(LibBpf.Errno.EACCES, "it cannot be opened: access denied (EACCES)")]
    [InlineData(LibBpf.Errno.EMFILE, "it cannot be opened: too many open files in this process (EMFILE)")]
    public void OpenFailuresAreInWords(int errno, string text) => Assert.Equal(text, TunerRefusalText.Open(errno));

    [Fact]
    public void WhatAnExceptionSaysBecomesOneLine()
    {
        Assert.Equal("its tuner could not be made: FormatException: a b c", TunerRefusalText.ConstructorFailed(new FormatException(" a\n  b\r\n\tc ")));
        Assert.Equal("the runtime cannot load it: a b", TunerRefusalText.LoadFailed("a\nb"));
    }

    [Fact]
    public void TheOtherSentences()
    {
        Assert.Equal("it is cut short: 10 of 4096 bytes are there", TunerRefusalText.CutShort(10, 4096));
        Assert.Equal(
            "it was built for version 2 of the tuner interface, and this bpftune has version 1: install a matching one",
            TunerRefusalText.InterfaceVersion(2, 1));
        Assert.Equal("it was built for arm64, and this machine is x86-64", TunerRefusalText.Architecture("arm64", "x86-64"));
        Assert.Equal(
            "its tuner calls itself 'a', so the file must be named a.tuner.dll, not b.tuner.dll",
            TunerRefusalText.NameMismatch("b.tuner.dll", "a"));
        Assert.Equal(
            "'A-b' is not a tuner name: a lower-case letter, then lower-case letters, digits and underscores", TunerRefusalText.BadName("A-b"));
        Assert.Equal("/x is refused: it is empty", new TunerRefusal("/x", "it is empty").ToString());
    }

    [Theory]
    [InlineData(null, LibBpf.Errno.EMFILE, "tuners added to or removed from the tuner directories are noticed at the next start only: the limit fs.inotify.max_user_instances or that of open files is used up")]
    [InlineData("/usr/lib/bpftune", LibBpf.Errno.ENOSPC, "tuners added to or removed from /usr/lib/bpftune are noticed at the next start only: the limit fs.inotify.max_user_watches is used up")]
    [InlineData("/x", LibBpf.Errno.ENOMEM, "tuners added to or removed from /x are noticed at the next start only: out of memory (ENOMEM)")]
    public void WatchingMayNotBePossible(string? path, int errno, string text) => Assert.Equal(text, TunerWatcherText.Problem(path, errno));
}
