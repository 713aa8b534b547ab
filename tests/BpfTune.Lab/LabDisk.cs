using System.Globalization;

namespace BpfTune.Lab;

/// <summary>A small file system in memory, to be filled up or made read-only; it lives at most as long as this process.</summary>
public sealed class LabDisk : IDisposable
{
    private const string Filler = "filler";
    private const string Mounts = "/proc/self/mounts";

    private bool _disposed;

    private LabDisk()
    {
        Name = LabOwner.Current.NewName("disk");
        Path = PathOf(Name);
    }

    /// <summary>Its name, as /proc/mounts shows it.</summary>
    public string Name { get; }

    /// <summary>Where it is mounted: root's alone.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    /// <param name="bytes">What it holds; the kernel counts in pages.</param>
    /// <exception cref="LabException">No privilege.</exception>
    public static LabDisk Create(long bytes)
    {
        var made = new LabDisk();
        lock (LabLifetime.Gate)
        {
            LabLifetime.Register(made);
            try
            {
                Directory.CreateDirectory(made.Path);
                Tool.Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={bytes},mode=700"), made.Name, made.Path).OrThrow();
                return made;
            }
            catch
            {
                made.Dispose();
                throw;
            }
        }
    }

    /// <summary>Fills it up with a file of no use.</summary>
    /// <param name="room">Bytes to leave.</param>
    public void Fill(long room)
    {
        using var file = File.OpenHandle(System.IO.Path.Combine(Path, Filler), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var page = new byte[Environment.SystemPageSize];
        var length = RandomAccess.GetLength(file);
        try
        {
            while (true)
            {
                RandomAccess.Write(file, page, length);
                length += page.Length;
            }
        }
        catch (IOException)
        {
            // Full, which is what was wanted.
        }

        RandomAccess.SetLength(file, Math.Max(0, length - room));
    }

    /// <summary>Takes the file of no use away.</summary>
    public void Empty() => File.Delete(System.IO.Path.Combine(Path, Filler));

    /// <summary>Nobody can write to it; only while nobody has a file there open for writing.</summary>
    public void MakeReadOnly() => Remount("ro");

    /// <summary>As it was at first.</summary>
    public void MakeWritable() => Remount("rw");

    /// <summary>Ends it, with all that is on it.</summary>
    public void Dispose()
    {
        lock (LabLifetime.Gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            LabLifetime.Forget(this);
            Delete(Name);
        }
    }

    /// <summary>Names of the disks that are mounted now, whoever made them.</summary>
    internal static IReadOnlyList<string> Names() =>
        [.. File.ReadLines(Mounts).Select(line => line.Split(' ')).Where(fields => fields[1] == PathOf(fields[0])).Select(fields => fields[0])];

    /// <summary>Ends one if it is there.</summary>
    internal static void Delete(string name)
    {
        if (Names().Contains(name))
        {
            Tool.Run("umount", "--lazy", PathOf(name)).OrThrow();
        }

        if (Directory.Exists(PathOf(name)))
        {
            Directory.Delete(PathOf(name));
        }
    }

    private static string PathOf(string name) => "/run/" + name;

    private void Remount(string how) => Tool.Run("mount", "-o", "remount," + how, Path).OrThrow();
}
