using System.Formats.Tar;

namespace BpfTune.Vm;

/// <summary>Files that a machine finds at its start, all of them root's: a tar that is written raw to a disk.</summary>
internal sealed class GuestFiles : IDisposable
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int Sector = 512;

    private readonly FileStream _file;
    private readonly TarWriter _tar;
    private readonly HashSet<string> _directories = [];

    internal GuestFiles(string path)
    {
        _file = File.Create(path);
        _tar = new TarWriter(_file, TarEntryFormat.Gnu, leaveOpen: true);
    }

    /// <summary>A file or a whole directory of this machine; whoever may run it here may run it there.</summary>
    internal void Copy(string source, string target)
    {
        if (Directory.Exists(source))
        {
            AddDirectories(target);
            foreach (var entry in Directory.EnumerateFileSystemEntries(source).Order(StringComparer.Ordinal))
                Copy(entry, target + "/" + Path.GetFileName(entry));
            return;
        }

        var isExecutable = (File.GetUnixFileMode(source) & UnixFileMode.UserExecute) != 0;
        using var content = File.OpenRead(source);
        Add(target, isExecutable, content);
    }

    internal void AddExecutable(string target, byte[] content)
    {
        using var stream = new MemoryStream(content);
        Add(target, isExecutable: true, stream);
    }

    internal void AddLink(string target, string pointsTo)
    {
        AddDirectories(Path.GetDirectoryName(target)!);
        _tar.WriteEntry(new GnuTarEntry(TarEntryType.SymbolicLink, Relative(target)) { LinkName = pointsTo });
    }

    public void Dispose()
    {
        _tar.Dispose();
        _file.SetLength((_file.Length + Sector - 1) / Sector * Sector);
        _file.Dispose();
    }

    private void Add(string target, bool isExecutable, Stream content)
    {
        AddDirectories(Path.GetDirectoryName(target)!);
        _tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, Relative(target))
        {
            Mode = isExecutable ? Executable : Readable,
            DataStream = content,
        });
    }

    // With the right mode: the daemon trusts no tuner below a directory that others may write to.
    private void AddDirectories(string path)
    {
        if (path is "/" or "" || !_directories.Add(path))
            return;
        AddDirectories(Path.GetDirectoryName(path)!);
        _tar.WriteEntry(new GnuTarEntry(TarEntryType.Directory, Relative(path) + "/") { Mode = Executable });
    }

    private static string Relative(string path) => path.TrimStart('/');
}
