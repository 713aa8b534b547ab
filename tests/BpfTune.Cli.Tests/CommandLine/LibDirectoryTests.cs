using BpfTune.CommandLine;

namespace BpfTune.Cli.Tests.CommandLine;

public sealed class LibDirectoryTests
{
    [Theory]
    [InlineData("/usr/lib/bpftune/app/", "/usr/lib/bpftune")]
    [InlineData("/usr/lib64/bpftune/app", "/usr/lib64/bpftune")]
    [InlineData("/stage/usr/local/lib/bpftune/app/", "/stage/usr/local/lib/bpftune")]
    [InlineData("/home/me/bpftune/bin/", "/usr/lib/bpftune")]
    [InlineData("/app/", "/usr/lib/bpftune")]
    [InlineData("/", "/usr/lib/bpftune")]
    public void It_is_beside_an_installed_program(string program, string expected) => Assert.Equal(expected, LibDirectory.Of(program));
}
