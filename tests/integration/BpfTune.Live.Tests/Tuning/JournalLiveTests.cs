using BpfTune.Engine.Tuning;
using BpfTune.Live.Tests.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Live.Tests.Tuning;

public sealed class JournalLiveTests
{
    private static readonly Tunable s_rmem =
        Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffers");

    private static readonly NetworkNamespace s_place = new(new NamespaceId(1, 1), "blue", false);

    [Fact]
    public void AFullDiskRefusesTheChangeAndTearsNothing()
    {
        Privilege.Require();
        var directory = Directory.CreateTempSubdirectory("bpftune-live-").FullName;
        try
        {
            OwnThread.WithPrivateMounts(() => FillUp(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void FillUp(string directory)
    {
        OwnThread.MountSmall(directory, 64 * 1024);
        var log = new LineLogger();
        var path = Path.Combine(directory, "journal.jsonl");
        using (var journal = new Journal(path, TimeProvider.System, log))
        {
            Change(journal, 1);
            Fill(Path.Combine(directory, "ballast"));
            var written = 1;
            var failure = Assert.Throws<JournalException>(() =>
            {
                for (var i = 2; i < 1000; i++)
                {
                    Intent(journal, i);
                    written = i;
                    journal.Outcome(journal.State.Trails.Single().Pending!.Seq, TunableValue.Of(4096, 8192, i), null);
                }
            });
            Assert.Contains("No space left on device", failure.Message, StringComparison.Ordinal);
            Assert.InRange(written, 1, 100);
            Assert.Throws<JournalException>(() => Intent(journal, 5000));
            Assert.Single(log.From(LogLevel.Warning));

            // Every line of the file is whole, and what was promised before the disk filled is there.
            Assert.All(File.ReadAllLines(path), line => Assert.EndsWith("}", line, StringComparison.Ordinal));
            Assert.Equal("4096 8192 0", journal.State.Trails.Single().Original);

            File.Delete(Path.Combine(directory, "ballast"));
            Change(journal, 6000);
            Assert.Contains("works again", log.From(LogLevel.Information).Last(), StringComparison.Ordinal);
        }

        using var again = new Journal(path, TimeProvider.System, log);
        Assert.Equal(("4096 8192 0", "4096 8192 6000"), (again.State.Trails.Single().Original, again.State.Trails.Single().Last));
    }

    /// <summary>Takes all that is left but for what is free in the last page of the journal.</summary>
    private static void Fill(string path)
    {
        using var ballast = File.Create(path, bufferSize: 1);
        var page = new byte[4096];
        try
        {
            for (var i = 0; i < 1000; i++)
                ballast.Write(page);
            Assert.Fail("the disk did not fill up");
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    private static void Change(Journal journal, int max) =>
        journal.Outcome(Intent(journal, max), TunableValue.Of(4096, 8192, max), null);

    private static long Intent(Journal journal, int max)
    {
        var old = TunableValue.Parse(journal.State.Trails.FirstOrDefault()?.Last ?? "4096 8192 0");
        var wanted = TunableValue.Of(4096, 8192, max);
        return journal.Intent("test", new Proposal(s_rmem, s_place, old, wanted, "growth", "evidence"), old, wanted);
    }
}
