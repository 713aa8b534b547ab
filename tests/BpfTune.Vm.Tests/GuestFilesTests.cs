using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace BpfTune.Vm.Tests;

public sealed class GuestFilesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-vm-files-");

    public void Dispose() => _directory.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    [Fact]
    public void EverythingBelongsToRootAndNobodyElseMayWrite()
    {
        Directory.CreateDirectory(PathOf("app/sub"));
        File.WriteAllText(PathOf("app/sub/data"), "data");
        File.WriteAllText(PathOf("app/program"), "program");
        File.SetUnixFileMode(PathOf("app/sub/data"), (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(PathOf("app/program"), (UnixFileMode)0b111_111_111);
        using (var files = new GuestFiles(PathOf("tar")))
        {
            files.Copy(PathOf("app"), "/usr/lib/app");
            files.AddLink("/usr/bin/program", "../lib/app/program");
        }

        Assert.Equal(0, new FileInfo(PathOf("tar")).Length % 512);
        using var reader = new TarReader(File.OpenRead(PathOf("tar")));
        var entries = new Dictionary<string, TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
            entries.Add(entry.Name, entry);
        Assert.All(entries.Values, entry => Assert.Equal((0, 0), (entry.Uid, entry.Gid)));
        Assert.Equal(
            ["usr/", "usr/bin/", "usr/bin/program", "usr/lib/", "usr/lib/app/", "usr/lib/app/program", "usr/lib/app/sub/", "usr/lib/app/sub/data"],
            entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((UnixFileMode)0b110_100_100, entries["usr/lib/app/sub/data"].Mode);
        Assert.Equal((UnixFileMode)0b111_101_101, entries["usr/lib/app/program"].Mode);
        Assert.Equal((UnixFileMode)0b111_101_101, entries["usr/lib/app/"].Mode);
        Assert.Equal("../lib/app/program", entries["usr/bin/program"].LinkName);
    }

    [Fact]
    public void AnInitramfsIsACpioArchiveInTheFormatNewc()
    {
        using (var archive = new Initramfs(PathOf("initramfs")))
        {
            archive.AddDirectory("bin");
            archive.AddExecutable("init", "#!/bin/sh\n"u8);
        }

        using var stream = new GZipStream(File.OpenRead(PathOf("initramfs")), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var text = Encoding.ASCII.GetString(bytes.ToArray());
        Assert.Equal(0, text.Length % 4);
        var init = text.IndexOf("init\0", StringComparison.Ordinal);

        // The header has 110 bytes; name and content begin at multiples of four.
        Assert.Equal("070701", text[(init - 110)..(init - 104)]);
        Assert.Equal("000081ED", text[(init - 96)..(init - 88)]);
        Assert.Equal("0000000A", text[(init - 56)..(init - 48)]);
        Assert.Equal("#!/bin/sh\n", text[(init + 6)..(init + 16)]);
        Assert.Contains("TRAILER!!!\0", text, StringComparison.Ordinal);
    }
}
