namespace BpfTune.Build.Tests;

public sealed class LibDirectoryTests
{
    [Theory]
    [InlineData("ID=debian", "lib")]
    [InlineData("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"", "lib")]
    [InlineData("ID=arch", "lib")]
    [InlineData("ID=fedora", "lib64")]
    [InlineData("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", "lib64")]
    [InlineData("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"", "lib64")]
    [InlineData("ID='opensuse-slowroll'", "lib64")]
    [InlineData("ID=something-new", "lib")]
    public void Reads_the_distribution(string release, string expected)
    {
        using var root = new TemporaryDirectory();
        root.Write("etc/os-release", release);

        Assert.Equal(expected, LibDirectory.Detect(root.Path));
    }

    [Fact]
    public void The_vendors_file_serves_when_the_administrators_is_absent()
    {
        using var root = new TemporaryDirectory();
        root.Write("usr/lib/os-release", "ID=fedora");

        Assert.Equal("lib64", LibDirectory.Detect(root.Path));
    }

    [Fact]
    public void An_unknown_distribution_is_judged_by_its_C_library()
    {
        using var root = new TemporaryDirectory();
        Assert.Equal("lib", LibDirectory.Detect(root.Path));

        // Debian's usr/lib64 holds the loader alone.
        root.Write("usr/lib64/ld-linux-x86-64.so.2", "");
        Assert.Equal("lib", LibDirectory.Detect(root.Path));
        root.Write("usr/lib64/libc.so.6", "");
        Assert.Equal("lib64", LibDirectory.Detect(root.Path));

        Directory.Move(root["usr/lib64"], root["usr/lib"]);
        Directory.CreateSymbolicLink(root["usr/lib64"], "lib");
        Assert.Equal("lib", LibDirectory.Detect(root.Path));
    }
}
