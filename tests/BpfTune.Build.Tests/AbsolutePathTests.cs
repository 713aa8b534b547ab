using Nuke.Common.IO;

namespace BpfTune.Build.Tests;

public sealed class AbsolutePathTests
{
    private static readonly AbsolutePath Root = "/srv/tree";

    [Fact]
    public void A_slash_joins_and_normalizes()
    {
        Assert.Equal("/srv/tree/a/b", Root / "a" / "b");
        Assert.Equal("/srv/tree/a/b", Root / "a/b/");
        Assert.Equal("/srv/other", Root / ".." / "other");
        Assert.Equal("/", Root / ".." / "..");
        Assert.Equal("/srv/tree", Root / null);
    }

    [Fact]
    public void A_rooted_right_side_is_refused() => Assert.Throws<ArgumentException>(() => Root / "/etc");

    [Fact]
    public void A_relative_text_is_no_absolute_path() => Assert.Throws<ArgumentException>(() => (AbsolutePath?)"etc");

    [Fact]
    public void Plus_adds_text() => Assert.Equal("/srv/tree.old", Root + ".old");

    [Fact]
    public void Parts_are_named()
    {
        AbsolutePath file = "/srv/tree/tcp_buffer.tuner.dll";

        Assert.Equal("tcp_buffer.tuner.dll", file.Name);
        Assert.Equal("tcp_buffer.tuner", file.NameWithoutExtension);
        Assert.Equal(Root, file.Parent);
        Assert.Null(((AbsolutePath)"/").Parent);
    }

    [Fact]
    public void Equal_paths_are_equal()
    {
        AbsolutePath same = "/srv/./tree/";

        Assert.True(Root == same);
        Assert.False(Root != same);
        Assert.Equal(Root.GetHashCode(), same.GetHashCode());
        Assert.False(Root == Root / "Tree");
        Assert.False(Root == null);
    }

    [Fact]
    public void Directories_come_and_go()
    {
        using var temporary = new TemporaryDirectory();
        AbsolutePath directory = temporary["a/b"];

        Assert.False(directory.DirectoryExists());
        Assert.True(directory.CreateDirectory().DirectoryExists());
        File.WriteAllText(directory / "file", "");
        Assert.True((directory / "file").FileExists());
        Assert.False((directory.CreateOrCleanDirectory() / "file").FileExists());
        directory.Parent!.DeleteDirectory();
        Assert.False(directory.Parent!.DirectoryExists());
        directory.DeleteDirectory();
    }
}
