using System.Diagnostics;
using System.Text;

namespace BpfTune.Daemon.LiveTests;

/// <summary>Tuners come and go while the daemon runs.</summary>
public sealed class HotPlugTests : IDisposable
{
    private const string File = "tcp_buffer.tuner.dll";

    // Not below /tmp: a directory that anybody may write to is refused, and rightly.
    private readonly DirectoryInfo _directory = Directory.CreateDirectory($"/var/lib/bpftune-test-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_tuner_that_is_copied_in_loads_and_one_that_is_removed_leaves_nothing_behind()
    {
        Suite.Require();
        using var daemon = new TestDaemon(_directory.FullName);
        var engineOnly = daemon.Programs();
        System.IO.File.Copy(Path.Combine(Suite.Tuners, File), Path.Combine(_directory.FullName, File));
        daemon.Process.WaitForLine(t => t.Contains("tcp_buffer is loaded", StringComparison.Ordinal), TestDaemon.Patience);
        var all = daemon.Programs();
        Assert.True(all.Count > engineOnly.Count);

        System.IO.File.Delete(Path.Combine(_directory.FullName, File));
        var start = Stopwatch.GetTimestamp();
        daemon.WaitUntil(() => TestDaemon.Alive(all) == engineOnly.Count, "its programs are gone");
        TestContext.Current.TestOutputHelper!.WriteLine($"gone after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        Assert.Empty(daemon.AskJson("tuners").EnumerateArray());
    }

    [Fact]
    public void A_newer_file_takes_over_and_a_broken_one_does_not()
    {
        Suite.Require();
        var path = Path.Combine(_directory.FullName, File);
        System.IO.File.Copy(Path.Combine(Suite.Tuners, File), path);
        using var daemon = new TestDaemon(_directory.FullName);
        var programs = daemon.Programs();

        // As cp does: the same file, cut and written anew while it is in use.
        System.IO.File.Copy(Path.Combine(Suite.Tuners, File), path, overwrite: true);
        daemon.Process.WaitForLine(t => t.Contains("a newer file takes its place", StringComparison.Ordinal), TestDaemon.Patience);
        daemon.WaitUntil(() => daemon.Programs().Count == programs.Count && !daemon.Programs().SetEquals(programs), "as many programs, and new ones");

        System.IO.File.WriteAllText(path, "not an assembly");
        daemon.Process.WaitForLine(t => t.Contains("is refused", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Equal("running", daemon.AskJson("tuners").EnumerateArray().Single().GetProperty("state").GetString());
    }

    [Fact]
    public void Files_that_cannot_be_trusted_are_refused_each_with_its_reason()
    {
        Suite.Require();
        var good = System.IO.File.ReadAllBytes(Path.Combine(Suite.Tuners, File));
        Put("garbage", Encoding.ASCII.GetBytes("hello"));
        Put("truncated", good[..(good.Length / 2)]);
        System.IO.File.SetUnixFileMode(Put("writable", good), (UnixFileMode)0b110_110_100);
        BpfTune.Lab.Tool.Run("chown", "65534", Put("foreign", good)).OrThrow();
        System.IO.File.CreateSymbolicLink(PathOf("linked"), Path.Combine(Suite.Tuners, File));
        // What package managers leave behind is not even looked at.
        System.IO.File.WriteAllBytes(PathOf("tcp_buffer") + ".dpkg-new", good);

        using var daemon = new TestDaemon(_directory.FullName);
        var tuners = daemon.AskJson("tuners").EnumerateArray().ToDictionary(
            t => t.GetProperty("name").GetString()!, t => (State: t.GetProperty("state").GetString(), Reason: t.GetProperty("reason").GetString()!));
        Assert.Equal(["foreign", "garbage", "linked", "truncated", "writable"], tuners.Keys.Order());
        Assert.All(tuners.Values, t => Assert.Equal("refused", t.State));
        Assert.Equal(5, tuners.Values.Select(t => t.Reason).Distinct().Count());
        Assert.Equal(5, daemon.Process.Lines.Count(l => l.Text.Contains("is refused", StringComparison.Ordinal)));
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name + ".tuner.dll");

    private string Put(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(PathOf(name), content);
        return PathOf(name);
    }
}
