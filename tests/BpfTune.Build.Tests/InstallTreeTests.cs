namespace BpfTune.Build.Tests;

public sealed class InstallTreeTests : IDisposable
{
    private const string Manifest = "/usr/local/lib/bpftune/app/install-manifest";
    private readonly TemporaryDirectory _root = new();
    private readonly TemporaryDirectory _source = new();

    public void Dispose()
    {
        _root.Dispose();
        _source.Dispose();
    }

    private InstallTree Tree() => new(_root.Path, Manifest);

    private void Install(params string[] tuners)
    {
        var tree = Tree();
        var program = _source.Write("bpftune", "program");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        tree.AddFile(program, "/usr/local/lib/bpftune/app/bpftune");
        foreach (var tuner in tuners)
            tree.AddFile(_source.Write(tuner, tuner), $"/usr/local/lib/bpftune/{tuner}");
        tree.AddLink("/usr/local/bin/bpftune", "../lib/bpftune/app/bpftune");
        tree.Commit();
    }

    private string[] Everything() =>
        [.. Directory.EnumerateFileSystemEntries(_root.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_root.Path, path)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Files_have_modes_for_all_to_read_whatever_the_umask_of_the_source()
    {
        Install("a.tuner.dll");

        Assert.Equal("rwxr-xr-x", Mode("usr/local/lib/bpftune/app/bpftune"));
        Assert.Equal("rw-r--r--", Mode("usr/local/lib/bpftune/a.tuner.dll"));
        Assert.Equal("rwxr-xr-x", Mode("usr/local/lib/bpftune"));
        Assert.Equal("program", File.ReadAllText(_root["usr/local/bin/bpftune"]));

        string Mode(string path)
        {
            var mode = (int)File.GetUnixFileMode(_root[path]);
            return string.Concat(Enumerable.Range(0, 9).Select(bit => (mode & (256 >> bit)) != 0 ? "rwx"[bit % 3] : '-'));
        }
    }

    [Fact]
    public void A_staging_directory_is_made_when_it_is_absent()
    {
        var stage = _root["not/yet"];
        new InstallTree(stage, Manifest).AddFile("x"u8.ToArray(), "/etc/x");

        Assert.True(File.Exists(Path.Combine(stage, "etc/x")));
    }

    [Fact]
    public void A_tree_for_a_package_manager_has_no_manifest()
    {
        var tree = new InstallTree(_root.Path, manifest: null);
        tree.AddFile("x"u8.ToArray(), "/usr/lib/x");
        tree.AddLink("/usr/bin/x", "../lib/x");
        tree.Commit();

        Assert.Equal(["usr", "usr/bin", "usr/bin/x", "usr/lib", "usr/lib/x"], Everything());
    }

    [Fact]
    public void Removing_leaves_what_was_there_before_and_nothing_else()
    {
        _root.Write("usr/local/bin/other", "");
        var before = Everything();

        Install("a.tuner.dll", "b.tuner.dll");
        Assert.Equal(5, Tree().Remove());

        Assert.Equal(before, Everything());
        Assert.Equal(0, Tree().Remove());
    }

    [Fact]
    public void Removing_leaves_a_directory_that_somebody_else_uses()
    {
        Install("a.tuner.dll");
        _root.Write("usr/local/lib/bpftune/packaged.tuner.dll", "");

        Tree().Remove();

        Assert.True(File.Exists(_root["usr/local/lib/bpftune/packaged.tuner.dll"]));
        Assert.False(Directory.Exists(_root["usr/local/bin"]));
        Assert.False(Directory.Exists(_root["usr/local/lib/bpftune/app"]));
    }

    [Fact]
    public void A_directory_that_is_a_link_is_known()
    {
        Directory.CreateDirectory(_root["usr/bin"]);
        Directory.CreateDirectory(_root["usr/local/sbin"]);
        File.CreateSymbolicLink(_root["usr/sbin"], "bin");

        Assert.True(Tree().IsLink("/usr/sbin"));
        Assert.False(Tree().IsLink("/usr/bin"));
        Assert.False(Tree().IsLink("/usr/local/sbin"));

        // What a staged tree lacks is as on this machine.
        Assert.True(Tree().IsLink("/proc/self"));
        Assert.False(Tree().IsLink("/no/such"));
    }

    [Fact]
    public void Installing_again_takes_away_what_is_no_longer_there()
    {
        Install("a.tuner.dll", "old.tuner.dll");
        Install("a.tuner.dll");

        Assert.False(File.Exists(_root["usr/local/lib/bpftune/old.tuner.dll"]));
        Tree().Remove();
        Assert.Empty(Everything());
    }

    [Fact]
    public void An_installation_that_broke_off_can_be_removed_and_done_again()
    {
        Tree().AddFile("half"u8.ToArray(), "/usr/local/lib/bpftune/app/bpftune");
        Install("a.tuner.dll");
        Assert.Equal("program", File.ReadAllText(_root["usr/local/lib/bpftune/app/bpftune"]));

        Tree().AddFile("half"u8.ToArray(), "/usr/local/share/half");
        Tree().Remove();

        Assert.Empty(Everything());
    }

    [Fact]
    public void A_file_of_somebody_else_is_not_overwritten()
    {
        var foreign = _root.Write("usr/local/bin/bpftune", "another program");

        var exception = Assert.Throws<IOException>(() => Install());

        Assert.Contains(foreign, exception.Message, StringComparison.Ordinal);
        Assert.Equal("another program", File.ReadAllText(foreign));
    }

    [Fact]
    public void A_running_program_keeps_its_file()
    {
        Install("a.tuner.dll");
        using var open = File.OpenText(_root["usr/local/lib/bpftune/a.tuner.dll"]);

        var tree = Tree();
        tree.AddFile("newer"u8.ToArray(), "/usr/local/lib/bpftune/a.tuner.dll");

        Assert.Equal("a.tuner.dll", open.ReadToEnd());
        Assert.Equal("newer", File.ReadAllText(_root["usr/local/lib/bpftune/a.tuner.dll"]));
    }
}
