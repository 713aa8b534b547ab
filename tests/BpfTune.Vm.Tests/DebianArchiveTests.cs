namespace BpfTune.Vm.Tests;

public sealed class DebianArchiveTests
{
    private static readonly string[] s_bookworm = ["NAME=\"Debian GNU/Linux\"", "VERSION_CODENAME=bookworm", "ID=debian"];

    [Fact]
    public void A_Debian_uses_its_own_mirror() =>
        Assert.Equal(
            "http://mirror.example/debian",
            DebianArchive.MirrorOf(s_bookworm, () => "'http://other.example/x/dists/stable/InRelease' a 0\n'http://mirror.example/debian/dists/bookworm/InRelease' b 0\n"));

    [Fact]
    public void A_Debian_whose_sources_name_no_mirror_uses_the_public_archive() =>
        Assert.Equal("http://deb.debian.org/debian", DebianArchive.MirrorOf(s_bookworm, () => ""));

    [Fact]
    public void Another_distribution_uses_the_public_archive_and_is_not_asked_for_its_own() =>
        Assert.Equal(
            "http://deb.debian.org/debian",
            DebianArchive.MirrorOf(["ID=ubuntu", "ID_LIKE=debian", "VERSION_CODENAME=noble"], () => throw new InvalidOperationException("asked")));
}
