using System.Collections.Immutable;
using BpfTune.Engine.Plugins;

namespace BpfTune.Engine.Tests.Plugins;

/// <summary>
/// A directory of the test's own for tuner directories, whose owner is the user who runs the test, and above which
/// nothing is looked at.
/// </summary>
internal sealed class TunerFolder : IDisposable
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    internal TunerFolder()
    {
        Root = Directory.CreateTempSubdirectory("bpftune-tuners-").FullName;
        using var handle = Interop.Files.Open(null, Root, Interop.Files.PathOnly, out _)!;
        Assert.Equal(0, Interop.Files.statx(handle, "", Interop.Files.EmptyPath, Interop.Files.BasicStatistics, out var own));
        Trust = new TunerTrust { Owner = own.Owner, Anchor = System.IO.Path.GetDirectoryName(Root) };
    }

    internal string Root { get; }

    internal TunerTrust Trust { get; }

    internal string Path(string relative) => System.IO.Path.Combine(Root, relative);

    internal string MakeDirectory(string relative)
    {
        Directory.CreateDirectory(Path(relative), DirectoryMode);
        return Path(relative);
    }

    /// <summary>Writes a file as a package manager does: aside, then renamed into place.</summary>
    internal string Put(string relative, ReadOnlySpan<byte> content)
    {
        var path = Path(relative);
        var aside = path + ".aside";
        File.WriteAllBytes(aside, content);
        File.SetUnixFileMode(aside, FileMode);
        File.Move(aside, path, overwrite: true);
        return path;
    }

    internal TunerDirectories Directories(params ReadOnlySpan<string> relative)
    {
        var paths = ImmutableArray.CreateBuilder<string>(relative.Length);
        foreach (var path in relative)
            paths.Add(Path(path));
        return new TunerDirectories(Trust, paths.ToImmutable());
    }

    internal TunerCatalog Catalog(params ReadOnlySpan<string> relative) => new(Directories(relative));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
