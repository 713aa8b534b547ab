/// <summary>
/// Files put below a root, and a manifest of them, by which exactly they are taken away again. Paths in the manifest are those on the machine
/// that the tree is for, so a staged tree may be moved there.
/// </summary>
/// <param name="root">The directory that stands for /.</param>
/// <param name="manifest">Where the manifest is; null for a tree that a package manager takes away, by a list of its own.</param>
internal sealed class InstallTree(string root, string? manifest)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly HashSet<string> _before = [.. ReadManifest(root, manifest)];
    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _directories = new(StringComparer.Ordinal);

    /// <summary>Copies a file. A running program keeps the one it has open.</summary>
    /// <exception cref="IOException">There is a file of that name that this tree did not put there.</exception>
    public void AddFile(string source, string target)
    {
        var bytes = File.ReadAllBytes(source);
        var executable = (File.GetUnixFileMode(source) & Executable) != 0;
        AddFile(bytes, target, executable);
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="IOException">There is a file of that name that this tree did not put there.</exception>
    public void AddFile(byte[] content, string target, bool executable = false)
    {
        Claim(target);

        // Not with a name that the daemon takes for a tuner, and moved into place whole.
        var aside = Below(target) + ".install";
        File.WriteAllBytes(aside, content);
        File.SetUnixFileMode(aside, executable ? Readable | Executable : Readable);
        File.Move(aside, Below(target), overwrite: true);
    }

    /// <summary>Makes a symbolic link.</summary>
    /// <exception cref="IOException">There is a file of that name that this tree did not put there.</exception>
    public void AddLink(string target, string pointsTo)
    {
        Claim(target);
        File.Delete(Below(target));
        File.CreateSymbolicLink(Below(target), pointsTo);
    }

    /// <summary>Whether a directory is a link: in the tree, or, where the tree does not have it, on this machine, whose layout it then takes.</summary>
    public bool IsLink(string directory)
    {
        var staged = new DirectoryInfo(Below(directory));
        return staged.LinkTarget is not null || (!staged.Exists && new DirectoryInfo(directory).LinkTarget is not null);
    }

    /// <summary>Writes the manifest, and deletes what an earlier installation left that this one lacks.</summary>
    public void Commit()
    {
        if (manifest is null)
            return;

        Note(manifest);
        RemoveFiles(_before.Where(entry => !entry.EndsWith('/')).Except(_files));
        RemoveDirectories(_before.Where(entry => entry.EndsWith('/')).Except(_directories));
        _directories.UnionWith(_before.Where(entry => entry.EndsWith('/') && Directory.Exists(Below(entry))));
        File.WriteAllLines(Below(manifest), _directories.Concat(_files));
        File.SetUnixFileMode(Below(manifest), Readable);
    }

    /// <summary>Deletes all that the manifest lists: files, then those of its directories that are empty.</summary>
    /// <returns>How many files there were; 0 if nothing is installed.</returns>
    public int Remove()
    {
        var files = _before.Where(entry => !entry.EndsWith('/')).ToList();
        RemoveFiles(files);
        RemoveDirectories(_before.Where(entry => entry.EndsWith('/')));
        return files.Count;
    }

    private static string[] ReadManifest(string root, string? manifest)
    {
        if (manifest is null)
            return [];

        var file = Path.Combine(root, manifest.TrimStart('/'));
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }

    private string Below(string target) => Path.Combine(root, target.TrimStart('/'));

    private void Claim(string target)
    {
        var path = Below(target);
        if (Path.Exists(path) && !_before.Contains(target) && !_files.Contains(target))
            throw new IOException($"{path} is there already and was not put there by this build: remove it, or choose another --prefix.");

        // Noted before it is there: an installation that breaks off can be removed, or done again.
        if (_files.Count == 0 && manifest is not null)
            Note(manifest);
        Note(target);
    }

    private void Note(string target)
    {
        var known = _directories.Count;
        MakeDirectory(Path.GetDirectoryName(target)!);
        if ((_files.Add(target) || _directories.Count > known) && manifest is not null)
            File.AppendAllLines(Below(manifest), _directories.Append(target));
    }

    // Only what it made does it delete one day.
    private void MakeDirectory(string target)
    {
        if (target == "/")
        {
            Directory.CreateDirectory(root);
            return;
        }

        if (Directory.Exists(Below(target)))
        {
            if (_before.Contains(target + "/"))
                _directories.Add(target + "/");
            return;
        }

        MakeDirectory(Path.GetDirectoryName(target)!);
        Directory.CreateDirectory(Below(target), Readable | Executable);
        _directories.Add(target + "/");
    }

    private void RemoveFiles(IEnumerable<string> files)
    {
        foreach (var file in files.ToList())
        {
            if (Directory.Exists(Path.GetDirectoryName(Below(file))))
                File.Delete(Below(file));
        }
    }

    private void RemoveDirectories(IEnumerable<string> directories)
    {
        foreach (var directory in directories.OrderDescending(StringComparer.Ordinal).Select(Below).ToList())
        {
            if (Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any())
                Directory.Delete(directory);
        }
    }
}
