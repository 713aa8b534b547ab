using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// A small file in memory that says which tuner's code is running. It outlives the process: code that overflows the
/// stack, or crashes, ends the daemon without a word, and the next one reads here whose it was.
/// </summary>
public sealed unsafe class CallMark : IDisposable
{
    /// <summary>The file's name in the runtime directory, which is on no disk and empty after a boot.</summary>
    public const string FileName = "tuner-call";

    // An index, then entries: 64 bytes of hash in hexadecimal, 64 of name. The first entry has the index's place.
    private const int EntrySize = 128;
    private const int Entries = 64;
    private const int HashSize = 64;
    private const int OwnerOnly = 0x180; // 0600

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _memory;
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);

    private CallMark(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, EntrySize * Entries);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
        var last = *(int*)_memory;
        if (last is > 0 and < Entries)
        {
            var entry = Entry(last);
            Last = (Text(entry[HashSize..]), Text(entry[..HashSize]));
        }

        Set(0);
    }

    /// <summary>Whose code was running when the process before this one ended; null when nobody's was.</summary>
    public (string Name, string Hash)? Last { get; }

    /// <summary>Opens it, and reads what the process before this one has left.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static CallMark Open(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var fd = Interop.Files.openat(
            Interop.Files.CurrentDirectory, path, Interop.Files.ReadWrite | Interop.Files.Create | Interop.Files.NoFollow | Interop.Files.CloseOnExec, OwnerOnly);
        if (fd < 0)
            throw new IOException($"{path} cannot be opened: {LibBpf.Errno.Describe(Marshal.GetLastPInvokeError())}");
        var stream = new FileStream(new SafeFileHandle(fd, ownsHandle: true), FileAccess.ReadWrite);
        try
        {
            // Made so long that no part of the mapping lies behind its end.
            if (stream.Length < EntrySize * Entries)
                stream.SetLength(EntrySize * Entries);
            return new CallMark(MemoryMappedFile.CreateFromFile(
                stream, null, EntrySize * Entries, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Set(0);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>A place for a tuner; 0, which is none, when all are taken.</summary>
    internal int Register(string name, string hash)
    {
        if (!_slots.TryGetValue(name, out var slot))
        {
            slot = _slots.Count + 1;
            if (slot >= Entries || Encoding.UTF8.GetByteCount(name) > EntrySize - HashSize)
                return 0;
            _slots.Add(name, slot);
        }

        var entry = Entry(slot);
        entry.Clear();
        Encoding.ASCII.GetBytes(hash.AsSpan(0, Math.Min(hash.Length, HashSize)), entry);
        Encoding.UTF8.GetBytes(name, entry[HashSize..]);
        return slot;
    }

    /// <summary>Notes whose code runs.</summary>
    internal void Set(int slot) => Volatile.Write(ref *(int*)_memory, slot);

    private Span<byte> Entry(int slot) => new(_memory + (slot * EntrySize), EntrySize);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.TrimEnd((byte)0));
}
