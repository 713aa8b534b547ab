using System.IO.Compression;
using System.Text;

namespace BpfTune.Vm;

/// <summary>Writes the archive that the kernel unpacks as its first root: cpio, format newc, gzipped.</summary>
internal sealed class Initramfs : IDisposable
{
    private const int Directory = 0x41ED, Executable = 0x81ED;

    private readonly Stream _stream;
    private long _written;
    private int _inode;

    internal Initramfs(string file) => _stream = new GZipStream(File.Create(file), CompressionLevel.Fastest);

    internal void AddDirectory(string name) => Add(name, Directory, []);

    internal void AddExecutable(string name, ReadOnlySpan<byte> content) => Add(name, Executable, content);

    public void Dispose()
    {
        Add("TRAILER!!!", 0, []);
        _stream.Dispose();
    }

    // Documentation/driver-api/early-userspace/buffer-format.rst: thirteen fields of eight hexadecimal digits.
    private void Add(string name, int mode, ReadOnlySpan<byte> content)
    {
        var path = Encoding.ASCII.GetBytes(name + "\0");
        int[] fields = [++_inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, path.Length, 0];
        Write(Encoding.ASCII.GetBytes("070701" + string.Concat(fields.Select(field => field.ToString("X8", null)))));
        Write(path);
        Pad();
        Write(content);
        Pad();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _written += bytes.Length;
    }

    private void Pad() => Write(new byte[(4 - (_written % 4)) % 4]);
}
