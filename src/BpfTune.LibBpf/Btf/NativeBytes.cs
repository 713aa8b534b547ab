using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// Bytes outside of the collected heap: a file mapped where that can be done, else read; or a copy. The kernel's BTF can
/// be mapped since 6.16, and is then neither copied nor counted as this process's.
/// </summary>
internal sealed unsafe class NativeBytes : IDisposable
{
    private readonly bool _mapped;

    private NativeBytes(byte* start, int length, bool mapped)
    {
        Start = start;
        Length = length;
        _mapped = mapped;
    }

    internal byte* Start { get; private set; }

    internal int Length { get; }

    internal ReadOnlySpan<byte> Span => new(Start, Length);

    internal static NativeBytes Copy(ReadOnlySpan<byte> bytes)
    {
        var copy = (byte*)NativeMemory.Alloc((nuint)Math.Max(bytes.Length, 1));
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return new NativeBytes(copy, bytes.Length, mapped: false);
    }

    /// <exception cref="IOException">It cannot be read; also UnauthorizedAccessException.</exception>
    internal static NativeBytes OfFile(string path)
    {
        using var file = File.OpenHandle(path);
        var size = RandomAccess.GetLength(file);
        if (size > int.MaxValue)
            throw new IOException($"{size} bytes are too many");
        var length = (int)size;
        if (length > 0 && path.StartsWith("/sys/", StringComparison.Ordinal))
        {
            // Nobody shortens these while they are mapped, as might happen to a file. The kernel refuses a shared mapping.
            var mapped = Interop.mmap(0, (nuint)length, Interop.ProtectionRead, Interop.MapPrivate, (int)file.DangerousGetHandle(), 0);
            if (mapped != -1)
                return new NativeBytes((byte*)mapped, length, mapped: true);
        }

        var bytes = new NativeBytes((byte*)NativeMemory.Alloc((nuint)Math.Max(length, 1)), length, mapped: false);
        try
        {
            for (var done = 0; done < length;)
            {
                var count = RandomAccess.Read(file, new Span<byte>(bytes.Start + done, length - done), done);
                if (count == 0)
                    throw new EndOfStreamException("it ends too early");
                done += count;
            }

            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~NativeBytes() => Free();

    private void Free()
    {
        if (_mapped && Start is not null)
            _ = Interop.munmap((nint)Start, (nuint)Length);
        else
            NativeMemory.Free(Start);
        Start = null;
    }
}
