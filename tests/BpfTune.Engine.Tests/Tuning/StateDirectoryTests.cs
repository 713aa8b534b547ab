using System.Runtime.Versioning;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>What others can write, or have put there, is not believed and not followed.</summary>
[SupportedOSPlatform("linux")]
public sealed class StateDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;
    private readonly TemporaryDirectory _directory = new();
    private readonly ListLogger _log = new();

    private string State => _directory["state"];

    private string Path => _directory["state/journal.jsonl"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ModesAreTheOwnersAlone()
    {
        Write();
        Assert.Equal(OwnerDirectory, File.GetUnixFileMode(State));
        Assert.All(Directory.GetFiles(State), file => Assert.Equal(OwnerFile, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void ModesDoNotDependOnTheUmask()
    {
        var before = umask(0);
        try
        {
            Write();
        }
        finally
        {
            _ = umask(before);
        }

        ModesAreTheOwnersAlone();
    }

    [Theory]
    [InlineData("state", UnixFileMode.OtherWrite, "writable by everybody")]
    [InlineData("state", UnixFileMode.GroupWrite, "writable by its group")]
    [InlineData("state/journal.jsonl", UnixFileMode.OtherWrite, "writable by everybody")]
    [InlineData("state/journal.jsonl", UnixFileMode.GroupWrite, "writable by its group")]
    public void WhatOthersCanWriteIsNotBelieved(string name, UnixFileMode mode, string reason)
    {
        Write();
        var file = _directory[name];
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | mode);
        IsRefused(reason);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("state/journal.jsonl")]
    [InlineData("state/journal.jsonl.lock")]
    public void SymbolicLinksAreNotFollowed(string name)
    {
        Write();
        var place = _directory[name];
        var elsewhere = _directory["elsewhere"];
        Directory.Move(place, elsewhere);
        File.CreateSymbolicLink(place, elsewhere);
        IsRefused("symbolic link");
    }

    [Theory]
    [InlineData("state")]
    [InlineData("state/journal.jsonl")]
    [InlineData("state/journal.jsonl.lock")]
    public void NothingIsMadeThroughASymbolicLinkToNowhere(string name)
    {
        if (name != "state")
            Directory.CreateDirectory(State, OwnerDirectory);
        File.CreateSymbolicLink(_directory[name], _directory["made"]);
        IsRefused("symbolic link");
        Assert.False(System.IO.Path.Exists(_directory["made"]));
    }

    [Fact]
    public void ADirectoryOrASecondNameIsNoJournal()
    {
        Write();
        File.Move(Path, _directory["elsewhere"]);
        Directory.CreateDirectory(Path);
        IsRefused("journal");
        Directory.Delete(Path);
        File.Move(_directory["elsewhere"], Path);
        Assert.Equal(0, link(Path, _directory["second"]));
        IsRefused("hard link");
    }

    [Fact]
    public void ALockThatOthersCanOpenIsReplacedByOneThatTheyCannot()
    {
        Write();
        var file = Path + ".lock";
        File.SetUnixFileMode(file, OwnerFile | UnixFileMode.OtherRead);
        using var held = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None);
        Write();
        Assert.Equal(OwnerFile, File.GetUnixFileMode(file));
        Assert.Empty(_log.Of(LogLevel.Warning));
    }

    [System.Runtime.InteropServices.DllImport("libc", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    private static extern int link(string from, string to);

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern int umask(int mask);

    private void Write()
    {
        using var journal = Open();
        journal.Outcome(
            journal.Intent("t", Sample.Propose(Sample.Backlog, Sample.Blue, "1", "2"), TunableValue.Parse("1"), TunableValue.Parse("2")),
            TunableValue.Parse("2"),
            null);
    }

    private void IsRefused(string reason)
    {
        using var journal = Open();
        Assert.False(journal.TryPrepare());
        Assert.Contains(reason, journal.Problem!, StringComparison.Ordinal);
        Assert.Contains(Path, journal.Problem!, StringComparison.Ordinal);
        Assert.Empty(journal.State.Trails);
    }

    private Journal Open() => new(Path, TimeProvider.System, _log, null, "boot");
}
